/// What the kinds of service have in common, and where the macros treat them differently.
enum ServiceKind: CaseIterable {
    case virtualObject
    case service
    case workflow

    /// The macro that declares it.
    var attribute: String {
        switch self {
        case .virtualObject: "VirtualObject"
        case .service: "Service"
        case .workflow: "Workflow"
        }
    }

    /// What messages call it.
    var noun: String {
        switch self {
        case .virtualObject: "virtual object"
        case .service: "service"
        case .workflow: "workflow"
        }
    }

    /// The first parameter's types in its handlers, each with the kind of handler that it makes; the usual one first.
    var contexts: [(type: String, kind: String?)] {
        switch self {
        case .virtualObject: [("ObjectContext", nil), ("SharedObjectContext", "shared")]
        case .service: [("ServiceContext", nil)]
        case .workflow: [("WorkflowContext", "workflow"), ("SharedWorkflowContext", "shared")]
        }
    }

    /// The usual one of its contexts.
    var context: String { contexts[0].type }

    /// The protocol that its type conforms to.
    var conformance: String {
        switch self {
        case .virtualObject: "VirtualObjectService"
        case .service: "PlainService"
        case .workflow: "WorkflowService"
        }
    }

    /// The case of `Millrace.ServiceKind`.
    var definition: String {
        switch self {
        case .virtualObject: "virtualObject"
        case .service: "service"
        case .workflow: "workflow"
        }
    }
}

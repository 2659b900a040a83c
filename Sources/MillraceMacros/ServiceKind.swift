/// What the kinds of service have in common, and where the macros treat them differently.
enum ServiceKind: CaseIterable {
    case virtualObject
    case service

    /// The macro that declares it.
    var attribute: String {
        switch self {
        case .virtualObject: "VirtualObject"
        case .service: "Service"
        }
    }

    /// What messages call it.
    var noun: String {
        switch self {
        case .virtualObject: "virtual object"
        case .service: "service"
        }
    }

    /// The first parameter's type in each of its handlers.
    var context: String {
        switch self {
        case .virtualObject: "ObjectContext"
        case .service: "ServiceContext"
        }
    }

    /// The protocol that its type conforms to.
    var conformance: String {
        switch self {
        case .virtualObject: "VirtualObjectService"
        case .service: "PlainService"
        }
    }

    /// The case of `Millrace.ServiceKind`.
    var definition: String {
        switch self {
        case .virtualObject: "virtualObject"
        case .service: "service"
        }
    }
}

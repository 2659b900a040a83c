package import Millrace

/// The services of an application, looked up by name.
package struct ServiceTable: Sendable {
    /// One handler, with what the engine needs of its service. An object, as all shards refer to it at every record: copies of it would
    /// have their threads count references to the same strings and closures against each other.
    final class Handler: Sendable {
        let service: String
        let name: String
        let isKeyed: Bool
        /// Whether it has its key to itself while it runs and waits.
        let isExclusive: Bool
        /// Whether it is a workflow's `run`.
        let isWorkflow: Bool
        let options: HandlerOptions
        /// How long after the last change an object's state is gone; 0 for never.
        let stateMilliseconds: Int64
        /// How long it may wait before its memory is released, where that is its own.
        let inactivityMilliseconds: Int64?
        /// One of these is there. Not the enumeration that they come from: to take a closure out of that counts a reference to
        /// what it captures, and all threads would count at the same place at every record.
        private let direct: (@Sendable (InvocationHandle, RawSpan) throws -> Void)?
        private let suspending: (@Sendable (InvocationHandle, RawSpan) throws -> @Sendable () async throws -> Void)?
        /// The handler's place in ``ServiceTable/handlers``.
        let index: Int

        init(_ handler: HandlerDefinition, of service: ServiceDefinition, index: Int) {
            self.service = service.name
            name = handler.name
            isKeyed = service.kind != .service
            isExclusive = service.kind == .virtualObject && handler.kind == .exclusive
            isWorkflow = service.kind == .workflow && handler.kind == .workflow
            options = handler.options.over(service.options)
            stateMilliseconds = options.stateExpiresAfter.map { max(1, $0.wholeMilliseconds) } ?? 0
            inactivityMilliseconds = options.inactivityTimeout?.wholeMilliseconds
            switch handler.body {
            case .direct(let body): (direct, suspending) = (body, nil)
            case .suspending(let body): (direct, suspending) = (nil, body)
            }
            self.index = index
        }

        /// Whether it may wait.
        var suspends: Bool { suspending != nil }

        /// Decodes the input and runs the handler to its end, or returns what is to run as a task, where it may wait.
        func start(_ handle: InvocationHandle, _ input: RawSpan) throws -> (@Sendable () async throws -> Void)? {
            // Not by `if let`, which counts a reference.
            if suspending != nil { return try suspending?(handle, input) }
            try direct?(handle, input)
            return nil
        }
    }

    /// Names of services and handlers are kept in a byte's worth of length in row keys.
    static let maxNameBytes = 255

    package let services: [ServiceDefinition]
    let handlers: [Handler]
    private let byName: [String: [String: Int]]

    /// - Throws: ``ServiceTableError`` where two services, or two handlers of one, have the same name, or one is unusable.
    package init(_ services: [ServiceDefinition]) throws(ServiceTableError) {
        self.services = services
        var handlers: [Handler] = []
        var byName: [String: [String: Int]] = [:]
        for service in services {
            guard !service.name.isEmpty, service.name.utf8.count <= Self.maxNameBytes else {
                throw .badName(service.name)
            }
            guard byName[service.name] == nil else { throw .duplicateService(service.name) }
            var ofService: [String: Int] = [:]
            for handler in service.handlers {
                guard !handler.name.isEmpty, handler.name.utf8.count <= Self.maxNameBytes else {
                    throw .badName(handler.name)
                }
                guard ofService[handler.name] == nil else {
                    throw .duplicateHandler(service: service.name, handler: handler.name)
                }
                ofService[handler.name] = handlers.count
                handlers.append(Handler(handler, of: service, index: handlers.count))
            }
            byName[service.name] = ofService
        }
        self.handlers = handlers
        self.byName = byName
    }

    func find(service: String, handler: String) -> Handler? {
        byName[service]?[handler].map { handlers[$0] }
    }
}

/// Services that cannot be run together.
package enum ServiceTableError: Error, CustomStringConvertible, Sendable, Equatable {
    case badName(String)
    case duplicateService(String)
    case duplicateHandler(service: String, handler: String)

    package var description: String {
        switch self {
        case .badName(let name):
            "'\(name)' cannot be the name of a service or handler: it must have 1 to \(ServiceTable.maxNameBytes) bytes"
        case .duplicateService(let name): "two services are named '\(name)'; give one of them another name"
        case .duplicateHandler(let service, let handler):
            "the service '\(service)' has two handlers named '\(handler)'; give one of them another name"
        }
    }
}

/// What a message is for: a handler of a service, with the key where the service has keys.
package struct HandlerTarget: Sendable {
    package var service: String
    package var handler: String
    /// Empty for a service without keys.
    package var key: [UInt8]
    package var idempotencyKey: String?
    package var headers: [InvocationHeader]

    package init(
        service: String, handler: String, key: [UInt8], idempotencyKey: String? = nil, headers: [InvocationHeader] = []
    ) {
        self.service = service
        self.handler = handler
        self.key = key
        self.idempotencyKey = idempotencyKey
        self.headers = headers
    }
}

/// A header of a call: text that goes along with the input.
public struct InvocationHeader: Hashable, Sendable {
    /// The header's name.
    public let name: String
    /// The header's text.
    public let value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// How another invocation is named.
package enum InvocationReferenceTarget: Sendable, Equatable {
    case id(InvocationID)
    /// The `run` of a workflow.
    case workflow(service: String, key: [UInt8])
    /// The invocation with an idempotency key. `key` is empty for a service without keys.
    case idempotent(service: String, key: [UInt8], handler: String, idempotencyKey: String)
}

/// What a signal is known by.
package enum SignalName: Sendable, Equatable {
    /// 1 cancels; 17 and above are awakeables.
    case index(UInt32)
    case name(String)
}

import Millrace

/// The handlers of the workloads. Written by hand, as plain values, so that what the macros generate is not measured here.
enum Handlers {
    private static let count = StateKey<[UInt8]>("count")
    private static let list = StateKey<[UInt8]>("list")

    /// Does nothing with the bytes.
    static let stateless = ServiceDefinition(
        name: "Stateless", kind: .virtualObject,
        handlers: [.direct("event", ObjectContext.init) { (_: ObjectContext, _: RawSpan) in }])

    /// Reads the key's counter, adds one, writes 100 bytes.
    static let counter = ServiceDefinition(
        name: "Counter", kind: .virtualObject,
        handlers: [
            .direct("event", ObjectContext.init) { (context: ObjectContext, _: RawSpan) in
                var value: [100 of UInt8] = .init(repeating: 0x78)
                let number =
                    try context.withBytes(of: count) { unsafe $0.unsafeLoadUnaligned(as: UInt64.self) } ?? 0
                unsafe withUnsafeMutableBytes(of: &value) { unsafe $0.storeBytes(of: number + 1, as: UInt64.self) }
                unsafe context.setBytes(count, value.span.bytes)
            }
        ])

    /// Appends eight bytes to the key's list.
    static let appender = ServiceDefinition(
        name: "Appender", kind: .virtualObject,
        handlers: [
            .direct("event", ObjectContext.init) { (context: ObjectContext, value: RawSpan) in
                var bytes = try context.get(list) ?? []
                if bytes.count >= 4096 { bytes.removeAll(keepingCapacity: true) }
                for i in 0..<8 { bytes.append(unsafe value.unsafeLoad(fromByteOffset: i, as: UInt8.self)) }
                context.set(list, bytes)
            }
        ])

    /// Emits what it gets.
    static let forwarder = ServiceDefinition(
        name: "Forwarder", kind: .virtualObject,
        handlers: [
            .direct("event", ObjectContext.init) { (context: ObjectContext, value: RawSpan) in
                let topic = unsafe Handlers.outputTopic
                try context.withKey { context.emit(topic: topic, key: $0, value: value) }
            }
        ])

    /// Where the forwarder emits to.
    nonisolated(unsafe) static var outputTopic = "out"
}

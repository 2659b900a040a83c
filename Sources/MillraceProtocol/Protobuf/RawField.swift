internal import CRecords

/// Reads the fields of libprotobuf-c's structs, and checks what it does not: that texts are UTF-8, and that the parts
/// which the protocol demands are there. A field's name in an error is the one of `protocol.proto`.
enum RawField {
    @inline(__always)
    static func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        guard let start = unsafe data.data, unsafe data.len > 0 else { return [] }
        return unsafe [UInt8](UnsafeBufferPointer(start: start, count: data.len))
    }

    @inline(__always)
    static func text(_ data: ProtobufCBinaryData, _ field: StaticString) throws(MessageError.Problem) -> String {
        guard let start = unsafe data.data, unsafe data.len > 0 else { return "" }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: data.len)
        guard let text = unsafe String(validating: bytes, as: UTF8.self) else { throw .notText(field: "\(field)") }
        return text
    }

    static func optionalText(
        _ data: ProtobufCBinaryData, isThere: Bool, _ field: StaticString
    ) throws(MessageError.Problem) -> String? {
        isThere ? try unsafe text(data, field) : nil
    }

    static func texts(
        _ array: UnsafeMutablePointer<ProtobufCBinaryData>?, count: Int, _ field: StaticString
    ) throws(MessageError.Problem) -> [String] {
        guard let array = unsafe array, count > 0 else { return [] }
        var texts: [String] = []
        texts.reserveCapacity(count)
        for index in 0..<count { texts.append(try unsafe text(array[index], field)) }
        return texts
    }

    static func numbers(_ array: UnsafeMutablePointer<UInt32>?, count: Int) -> [UInt32] {
        guard let array = unsafe array, count > 0 else { return [] }
        return unsafe [UInt32](UnsafeBufferPointer(start: array, count: count))
    }

    static func value(
        _ raw: UnsafeMutablePointer<Millrace__Value>?, _ field: StaticString
    ) throws(MessageError.Problem) -> [UInt8] {
        guard let raw = unsafe raw else { throw .missing(field: "\(field)") }
        return unsafe bytes(raw.pointee.content)
    }

    static func failure(_ raw: UnsafeMutablePointer<Millrace__Failure>?) throws(MessageError.Problem) -> Failure {
        guard let raw = unsafe raw else { throw .missing(field: "failure") }
        var metadata: [Failure.Metadata] = []
        if let array = unsafe raw.pointee.metadata {
            for index in 0..<(unsafe raw.pointee.n_metadata) {
                guard let item = unsafe array[index] else { continue }
                metadata.append(
                    Failure.Metadata(
                        key: try unsafe text(item.pointee.key, "metadata.key"),
                        value: try unsafe text(item.pointee.value, "metadata.value")))
            }
        }
        return Failure(
            code: unsafe raw.pointee.code, message: try unsafe text(raw.pointee.message, "failure.message"),
            metadata: metadata)
    }

    static func headers(
        _ array: UnsafeMutablePointer<UnsafeMutablePointer<Millrace__Header>?>?, count: Int
    ) throws(MessageError.Problem) -> [Header] {
        guard let array = unsafe array, count > 0 else { return [] }
        var headers: [Header] = []
        headers.reserveCapacity(count)
        for index in 0..<count {
            guard let item = unsafe array[index] else { continue }
            headers.append(
                Header(
                    key: try unsafe text(item.pointee.key, "headers.key"),
                    value: try unsafe text(item.pointee.value, "headers.value")))
        }
        return headers
    }

    static func stateKeys(
        _ raw: UnsafeMutablePointer<Millrace__StateKeys>?, _ field: StaticString
    ) throws(MessageError.Problem) -> [[UInt8]] {
        guard let raw = unsafe raw else { throw .missing(field: "\(field)") }
        guard let array = unsafe raw.pointee.keys else { return [] }
        let count = unsafe raw.pointee.n_keys
        var keys: [[UInt8]] = []
        keys.reserveCapacity(count)
        for index in 0..<count { keys.append(unsafe bytes(array[index])) }
        return keys
    }

    static func workflow(
        _ raw: UnsafeMutablePointer<Millrace__WorkflowTarget>?
    ) throws(MessageError.Problem) -> WorkflowTarget {
        guard let raw = unsafe raw else { throw .missing(field: "workflow_target") }
        return try unsafe WorkflowTarget(
            name: text(raw.pointee.workflow_name, "workflow_name"),
            key: text(raw.pointee.workflow_key, "workflow_key"),
            scope: optionalText(raw.pointee.scope, isThere: raw.pointee.has_scope_case.rawValue != 0, "scope"))
    }

    static func idempotentRequest(
        _ raw: UnsafeMutablePointer<Millrace__IdempotentRequestTarget>?
    ) throws(MessageError.Problem) -> IdempotentRequestTarget {
        guard let raw = unsafe raw else { throw .missing(field: "idempotent_request_target") }
        return try unsafe IdempotentRequestTarget(
            serviceName: text(raw.pointee.service_name, "service_name"),
            serviceKey: optionalText(
                raw.pointee.service_key, isThere: raw.pointee.has_service_key_case.rawValue != 0, "service_key"),
            handlerName: text(raw.pointee.handler_name, "handler_name"),
            idempotencyKey: text(raw.pointee.idempotency_key, "idempotency_key"),
            scope: optionalText(raw.pointee.scope, isThere: raw.pointee.has_scope_case.rawValue != 0, "scope"))
    }

    static func future(
        _ raw: UnsafeMutablePointer<Millrace__Future>?, _ field: StaticString
    ) throws(MessageError.Problem) -> FutureTree {
        guard let raw = unsafe raw else { throw .missing(field: "\(field)") }
        var nested: [FutureTree] = []
        if let array = unsafe raw.pointee.nested_futures {
            let count = unsafe raw.pointee.n_nested_futures
            nested.reserveCapacity(count)
            for index in 0..<count { nested.append(try unsafe future(array[index], "nested_futures")) }
        }
        return unsafe FutureTree(
            combinator: FutureTree.Combinator(rawValue: raw.pointee.combinator_type),
            completions: numbers(raw.pointee.waiting_completions, count: raw.pointee.n_waiting_completions),
            signals: numbers(raw.pointee.waiting_signals, count: raw.pointee.n_waiting_signals),
            namedSignals: try texts(
                raw.pointee.waiting_named_signals, count: raw.pointee.n_waiting_named_signals, "waiting_named_signals"),
            nested: nested)
    }
}

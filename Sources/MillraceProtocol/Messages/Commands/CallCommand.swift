internal import CRecords

/// Calls a handler, and can wait for its result.
public struct CallCommand: CommandMessage {
    /// `0x040D`.
    public static let type = MessageType.call

    /// The callee's service.
    public var serviceName: String
    /// The callee's handler.
    public var handlerName: String
    /// The request's body.
    public var parameter: [UInt8]
    /// The request's headers, in order.
    public var headers: [Header]
    /// The object's or workflow's key; empty for a service without keys.
    public var key: String
    /// Makes calls with the same key the same invocation.
    public var idempotencyKey: String?
    /// Version 7.
    public var scope: String?
    /// Version 7.
    public var limitKey: String?
    /// The completion id under which the id of the made invocation arrives.
    public var invocationIDNotification: UInt32
    /// The completion id under which the result arrives.
    public var resultCompletionID: UInt32
    /// A label for people.
    public var name: String

    /// Makes the command.
    public init(
        serviceName: String, handlerName: String, parameter: [UInt8], headers: [Header] = [], key: String = "",
        idempotencyKey: String? = nil, scope: String? = nil, limitKey: String? = nil, invocationIDNotification: UInt32,
        resultCompletionID: UInt32, name: String = ""
    ) {
        self.serviceName = serviceName
        self.handlerName = handlerName
        self.parameter = parameter
        self.headers = headers
        self.key = key
        self.idempotencyKey = idempotencyKey
        self.scope = scope
        self.limitKey = limitKey
        self.invocationIDNotification = invocationIDNotification
        self.resultCompletionID = resultCompletionID
        self.name = name
    }

    /// One line for people; holds no value of a user's.
    public var description: String { "Call to " + Label.plain(serviceName) + "/" + Label.plain(handlerName) }

    /// All fields count; the bytes of a value only where they are asked for.
    public func differingField(from recorded: Self, comparingValues: Bool) -> String? {
        if serviceName != recorded.serviceName { return "service_name" }
        if handlerName != recorded.handlerName { return "handler_name" }
        if comparingValues, parameter != recorded.parameter { return "parameter" }
        if headers != recorded.headers { return "headers" }
        if key != recorded.key { return "key" }
        if idempotencyKey != recorded.idempotencyKey { return "idempotency_key" }
        if scope != recorded.scope { return "scope" }
        if limitKey != recorded.limitKey { return "limit_key" }
        if invocationIDNotification != recorded.invocationIDNotification { return "invocation_id_notification_idx" }
        if resultCompletionID != recorded.resultCompletionID { return "result_completion_id" }
        if name != recorded.name { return "name" }
        return nil
    }
}

extension CallCommand: @unsafe ProtobufMapped {
    /// Decodes a payload. Throws a ``MessageError`` when the bytes are not this message.
    public init(decoding payload: RawSpan) throws(MessageError) { self = try unsafe Self.decode(payload) }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe appendPayload(to: &bytes) }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__CallCommand>) {
        unsafe millrace__call_command__init(raw)
    }

    init(raw: Millrace__CallCommand) throws(MessageError.Problem) {
        try unsafe self.init(
            serviceName: RawField.text(raw.service_name, "service_name"),
            handlerName: RawField.text(raw.handler_name, "handler_name"), parameter: RawField.bytes(raw.parameter),
            headers: RawField.headers(raw.headers, count: raw.n_headers), key: RawField.text(raw.key, "key"),
            idempotencyKey: RawField.optionalText(
                raw.idempotency_key, isThere: raw.has_idempotency_key_case.rawValue != 0, "idempotency_key"),
            scope: RawField.optionalText(raw.scope, isThere: raw.has_scope_case.rawValue != 0, "scope"),
            limitKey: RawField.optionalText(raw.limit_key, isThere: raw.has_limit_key_case.rawValue != 0, "limit_key"),
            invocationIDNotification: raw.invocation_id_notification_idx, resultCompletionID: raw.result_completion_id,
            name: RawField.text(raw.name, "name"))
    }

    func fill(_ raw: inout Millrace__CallCommand, _ scratch: inout Scratch) {
        unsafe raw.service_name = scratch.text(serviceName)
        unsafe raw.handler_name = scratch.text(handlerName)
        unsafe raw.parameter = scratch.bytes(parameter)
        unsafe raw.n_headers = headers.count
        unsafe raw.headers = scratch.headers(headers)
        unsafe raw.key = scratch.text(key)
        if let idempotencyKey {
            unsafe raw.has_idempotency_key_case = MILLRACE__CALL_COMMAND__HAS_IDEMPOTENCY_KEY_IDEMPOTENCY_KEY
            unsafe raw.idempotency_key = scratch.text(idempotencyKey)
        }
        if let scope {
            unsafe raw.has_scope_case = MILLRACE__CALL_COMMAND__HAS_SCOPE_SCOPE
            unsafe raw.scope = scratch.text(scope)
        }
        if let limitKey {
            unsafe raw.has_limit_key_case = MILLRACE__CALL_COMMAND__HAS_LIMIT_KEY_LIMIT_KEY
            unsafe raw.limit_key = scratch.text(limitKey)
        }
        unsafe raw.invocation_id_notification_idx = invocationIDNotification
        unsafe raw.result_completion_id = resultCompletionID
        unsafe raw.name = scratch.text(name)
    }
}

internal import CRecords

/// Something that happened to an invocation: the result of one of its commands, or a signal. A journal entry.
///
/// Every notification has one shape. ``type`` says what it answers, and which results it may have.
public struct Notification: Hashable, Sendable, CustomStringConvertible {
    /// What a notification answers.
    public enum ID: Hashable, Sendable {
        /// The command that was given this completion id.
        case completion(UInt32)
        case signal(SignalID)
    }

    /// What a notification brings.
    public enum Result: Hashable, Sendable {
        case void
        case value([UInt8])
        case failure(Failure)
        /// The id of the invocation that a call made, in the form that people see.
        case invocationID(String)
        case stateKeys([[UInt8]])
    }

    /// What the message is.
    public let type: MessageType
    /// What it answers.
    public var id: ID
    /// What it brings.
    public var result: Result

    /// A notification of any type. The makers below (``run(_:_:)``, ``sleep(_:)``, …) leave no doubt about the type.
    public init(type: MessageType, id: ID, result: Result) {
        self.type = type
        self.id = id
        self.result = result
    }

    /// Decodes a payload.
    ///
    /// - Throws: ``MessageError`` when the bytes are no notification, lack an id or a result, or have one that the type
    ///   does not allow. Of a type that is not known, any id and result pass.
    public init(type: MessageType, decoding payload: RawSpan) throws(MessageError) {
        guard type.category == .notification else { throw MessageError(type: type, problem: .unexpectedType) }
        do throws(MessageError.Problem) {
            let body = try unsafe Body.read(payload)
            self.init(type: type, id: body.id, result: body.result)
            try checkShape()
        } catch {
            throw MessageError(type: type, problem: error)
        }
    }

    /// Decodes a payload.
    ///
    /// - Throws: as ``init(type:decoding:)-(_,RawSpan)``.
    public init(type: MessageType, decoding payload: [UInt8]) throws(MessageError) {
        try unsafe self.init(type: type, decoding: payload.span.bytes)
    }

    /// Appends the payload.
    public func encode(into bytes: inout [UInt8]) { unsafe Body(id: id, result: result).appendPayload(to: &bytes) }

    /// The payload, as ``encode(into:)`` appends it.
    public var payload: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    /// Such as `RunCompletion 3: value`. Holds no value of a user's.
    public var description: String {
        let subject =
            switch id {
            case .completion(let id): " \(id)"
            case .signal(.index(1)): " cancel"
            case .signal(.index(let index)): " \(index)"
            case .signal(.name(let name)): Label.suffix(name)
            }
        let content =
            switch result {
            case .void: "void"
            case .value: "value"
            case .failure(let failure): "failure \(failure.code)"
            case .invocationID: "invocation id"
            case .stateKeys(let keys): "\(keys.count) keys"
            }
        return "\(type)\(subject): \(content)"
    }

    /// Checks the id and the result against what the type allows.
    private func checkShape() throws(MessageError.Problem) {
        switch (id, type) {
        case (.signal, .signalNotification): break
        case (_, .signalNotification): throw .missing(field: "signal_id")
        case (.completion, _): break
        case (.signal, _) where type.name != nil: throw .missing(field: "completion_id")
        case (.signal, _): break
        }
        guard let allowed = Self.allowedResults[type], !allowed.contains(result.kind) else { return }
        throw .missing(field: allowed.map(\.rawValue).joined(separator: " or "))
    }

    fileprivate enum Kind: String {
        case void, value, failure
        case invocationID = "invocation_id"
        case stateKeys = "state_keys"
    }

    private static let allowedResults: [MessageType: [Kind]] = [
        .getLazyStateCompletion: [.void, .value],
        .getLazyStateKeysCompletion: [.stateKeys],
        .getPromiseCompletion: [.value, .failure],
        .peekPromiseCompletion: [.void, .value, .failure],
        .completePromiseCompletion: [.void, .failure],
        .sleepCompletion: [.void],
        .callCompletion: [.value, .failure],
        .callInvocationIDCompletion: [.invocationID],
        .runCompletion: [.value, .failure],
        .attachInvocationCompletion: [.value, .failure],
        .getInvocationOutputCompletion: [.void, .value, .failure],
        .signalNotification: [.void, .value, .failure],
    ]
}

extension Notification.Result {
    fileprivate var kind: Notification.Kind {
        switch self {
        case .void: .void
        case .value: .value
        case .failure: .failure
        case .invocationID: .invocationID
        case .stateKeys: .stateKeys
        }
    }

    fileprivate init(_ outcome: Outcome) {
        switch outcome {
        case .value(let value): self = .value(value)
        case .failure(let failure): self = .failure(failure)
        }
    }
}

// One maker for each type, which takes the results that the type allows.
extension Notification {
    /// The value of a state key; `nil` where there is none.
    public static func lazyState(_ id: UInt32, _ value: [UInt8]?) -> Notification {
        Notification(
            type: .getLazyStateCompletion, id: .completion(id), result: value.map { .value($0) } ?? .void)
    }

    /// The keys of all state.
    public static func lazyStateKeys(_ id: UInt32, _ keys: [[UInt8]]) -> Notification {
        Notification(type: .getLazyStateKeysCompletion, id: .completion(id), result: .stateKeys(keys))
    }

    /// What a promise was completed with.
    public static func promise(_ id: UInt32, _ outcome: Outcome) -> Notification {
        Notification(type: .getPromiseCompletion, id: .completion(id), result: Result(outcome))
    }

    /// What a promise was completed with; `nil` while it was not.
    public static func peekedPromise(_ id: UInt32, _ outcome: Outcome?) -> Notification {
        Notification(
            type: .peekPromiseCompletion, id: .completion(id), result: outcome.map { Result($0) } ?? .void)
    }

    /// A promise is completed, or was already: with the failure that says so.
    public static func completedPromise(_ id: UInt32, _ failure: Failure?) -> Notification {
        Notification(
            type: .completePromiseCompletion, id: .completion(id), result: failure.map { .failure($0) } ?? .void)
    }

    /// A sleep is over.
    public static func sleep(_ id: UInt32) -> Notification {
        Notification(type: .sleepCompletion, id: .completion(id), result: .void)
    }

    /// The result of the invocation that a call made.
    public static func call(_ id: UInt32, _ outcome: Outcome) -> Notification {
        Notification(type: .callCompletion, id: .completion(id), result: Result(outcome))
    }

    /// The id of the invocation that a call made, in the form that people see.
    public static func callInvocationID(_ id: UInt32, _ invocationID: String) -> Notification {
        Notification(type: .callInvocationIDCompletion, id: .completion(id), result: .invocationID(invocationID))
    }

    /// The result of a durable step.
    public static func run(_ id: UInt32, _ outcome: Outcome) -> Notification {
        Notification(type: .runCompletion, id: .completion(id), result: Result(outcome))
    }

    /// The result of an invocation that was attached to.
    public static func attachedInvocation(_ id: UInt32, _ outcome: Outcome) -> Notification {
        Notification(type: .attachInvocationCompletion, id: .completion(id), result: Result(outcome))
    }

    /// The result of an invocation; `nil` while it runs.
    public static func invocationOutput(_ id: UInt32, _ outcome: Outcome?) -> Notification {
        Notification(
            type: .getInvocationOutputCompletion, id: .completion(id), result: outcome.map { Result($0) } ?? .void)
    }

    /// A signal has come.
    public static func signal(_ id: SignalID, _ result: SignalResult) -> Notification {
        let content: Result =
            switch result {
            case .void: .void
            case .value(let value): .value(value)
            case .failure(let failure): .failure(failure)
            }
        return Notification(type: .signalNotification, id: .signal(id), result: content)
    }
}

/// The payload, which does not say its type.
private struct Body: @unsafe ProtobufMapped {
    var id: Notification.ID
    var result: Notification.Result

    init(id: Notification.ID, result: Notification.Result) {
        self.id = id
        self.result = result
    }

    static func initialize(_ raw: UnsafeMutablePointer<Millrace__Notification>) {
        unsafe millrace__notification__init(raw)
    }

    init(raw: Millrace__Notification) throws(MessageError.Problem) {
        switch unsafe raw.id_case {
        case MILLRACE__NOTIFICATION__ID_COMPLETION_ID: id = unsafe .completion(raw.completion_id)
        case MILLRACE__NOTIFICATION__ID_SIGNAL_IDX: id = unsafe .signal(.index(raw.signal_idx))
        case MILLRACE__NOTIFICATION__ID_SIGNAL_NAME:
            id = .signal(.name(try unsafe RawField.text(raw.signal_name, "signal_name")))
        default: throw .missing(field: "id")
        }
        switch unsafe raw.result_case {
        case MILLRACE__NOTIFICATION__RESULT_VOID: result = .void
        case MILLRACE__NOTIFICATION__RESULT_VALUE: result = .value(try unsafe RawField.value(raw.value, "value"))
        case MILLRACE__NOTIFICATION__RESULT_FAILURE: result = .failure(try unsafe RawField.failure(raw.failure))
        case MILLRACE__NOTIFICATION__RESULT_INVOCATION_ID:
            result = .invocationID(try unsafe RawField.text(raw.invocation_id, "invocation_id"))
        case MILLRACE__NOTIFICATION__RESULT_STATE_KEYS:
            result = .stateKeys(try unsafe RawField.stateKeys(raw.state_keys, "state_keys"))
        default: throw .missing(field: "result")
        }
    }

    func fill(_ raw: inout Millrace__Notification, _ scratch: inout Scratch) {
        switch id {
        case .completion(let id):
            unsafe raw.id_case = MILLRACE__NOTIFICATION__ID_COMPLETION_ID
            unsafe raw.completion_id = id
        case .signal(.index(let index)):
            unsafe raw.id_case = MILLRACE__NOTIFICATION__ID_SIGNAL_IDX
            unsafe raw.signal_idx = index
        case .signal(.name(let name)):
            unsafe raw.id_case = MILLRACE__NOTIFICATION__ID_SIGNAL_NAME
            unsafe raw.signal_name = scratch.text(name)
        }
        switch result {
        case .void:
            unsafe raw.result_case = MILLRACE__NOTIFICATION__RESULT_VOID
            unsafe raw.void_ = scratch.void()
        case .value(let value):
            unsafe raw.result_case = MILLRACE__NOTIFICATION__RESULT_VALUE
            unsafe raw.value = scratch.value(value)
        case .failure(let failure):
            unsafe raw.result_case = MILLRACE__NOTIFICATION__RESULT_FAILURE
            unsafe raw.failure = scratch.failure(failure)
        case .invocationID(let id):
            unsafe raw.result_case = MILLRACE__NOTIFICATION__RESULT_INVOCATION_ID
            unsafe raw.invocation_id = scratch.text(id)
        case .stateKeys(let keys):
            unsafe raw.result_case = MILLRACE__NOTIFICATION__RESULT_STATE_KEYS
            unsafe raw.state_keys = scratch.stateKeys(keys)
        }
    }
}

import Millrace
import MillraceProtocol

/// The engine's operations as commands of the service protocol.

extension CallCommand {
    init(_ target: HandlerTarget, payload: UnsafeRawBufferPointer, invocationID: UInt32, completion: UInt32) {
        self.init(
            serviceName: target.service, handlerName: target.handler, parameter: unsafe [UInt8](payload),
            headers: target.headers.map { Header(key: $0.name, value: $0.value) },
            key: String(decoding: target.key, as: UTF8.self), idempotencyKey: target.idempotencyKey,
            invocationIDNotification: invocationID, resultCompletionID: completion)
    }
}

extension OneWayCallCommand {
    init(_ target: HandlerTarget, payload: UnsafeRawBufferPointer, due: UInt64, completion: UInt32) {
        self.init(
            serviceName: target.service, handlerName: target.handler, parameter: unsafe [UInt8](payload),
            invokeTime: due,
            headers: target.headers.map { Header(key: $0.name, value: $0.value) },
            key: String(decoding: target.key, as: UTF8.self), idempotencyKey: target.idempotencyKey,
            invocationIDNotification: completion)
    }
}

extension SendSignalCommand {
    init(_ id: InvocationID, _ signal: SignalName, _ result: DurableResult) {
        let name: SignalID =
            switch signal {
            case .index(let index): .index(index)
            case .name(let name): .name(name)
            }
        let content: SignalResult =
            switch result {
            case .void: .void
            case .value(let value): .value(value)
            case .failure(let error): .failure(Failure(error))
            }
        self.init(targetInvocationID: id.description, signal: name, result: content)
    }
}

extension CompleteAwakeableCommand {
    init(_ id: AwakeableID, _ result: DurableResult) {
        self.init(awakeableID: id.description, outcome: result.outcome)
    }
}

extension AttachInvocationCommand {
    init(_ reference: InvocationReferenceTarget, completion: UInt32) {
        self.init(target: reference.protocolTarget, resultCompletionID: completion)
    }
}

extension GetInvocationOutputCommand {
    init(_ reference: InvocationReferenceTarget, completion: UInt32) {
        self.init(target: reference.protocolTarget, resultCompletionID: completion)
    }
}

extension InvocationReferenceTarget {
    fileprivate var protocolTarget: MillraceProtocol.InvocationTarget {
        switch self {
        case .id(let id): .invocation(id.description)
        case .workflow(let service, let key):
            .workflow(WorkflowTarget(name: service, key: String(decoding: key, as: UTF8.self)))
        case .idempotent(let service, let key, let handler, let idempotencyKey):
            .idempotentRequest(
                IdempotentRequestTarget(
                    serviceName: service, serviceKey: key.isEmpty ? nil : String(decoding: key, as: UTF8.self),
                    handlerName: handler, idempotencyKey: idempotencyKey))
        }
    }
}

extension DurableResult {
    /// As a value or a failure; nothing becomes an empty value.
    var outcome: Outcome {
        switch self {
        case .void: .value([])
        case .value(let value): .value(value)
        case .failure(let error): .failure(Failure(error))
        }
    }
}

import Millrace

/// One attempt of a handler at its command: checks what the engine shows it, does what the command says, and throws where
/// the command says so.
///
/// Used by the one thread of a simulation; that makes `@unchecked Sendable` true.
final class Visit<Context: InvocationContext>: @unchecked Sendable {
    let command: Command
    private let context: Context
    private let environment: SimulatedEnvironment
    private let list: any EntryList
    private let attempt: Int
    private let payload: String

    init(_ payload: String, _ context: Context, _ environment: SimulatedEnvironment, _ list: any EntryList) throws {
        let parts = payload.split(separator: " ", omittingEmptySubsequences: false)
        guard let id = parts.first, let command = environment.workload.commands[String(id)], parts.count == 2 else {
            environment.violate("a handler got '\(payload)'")
            throw TerminalError("no command")
        }
        self.command = command
        self.payload = payload
        self.context = context
        self.environment = environment
        self.list = list
        attempt = environment.attempts[command.id, default: 0] + 1
        environment.attempts[command.id] = attempt
        environment.trace("  \(command.target) runs \(command.id), attempt \(attempt)")
        try check(key: String(parts[1]))
    }

    private func check(key: String) throws {
        let object = context as? ObjectContext
        if let object, object.key.text != command.target.key || key != object.key.text {
            environment.violate(
                "\(command.id) is for \(command.target), and runs for key \(object.key) with payload '\(payload)'")
        }
        if object != nil {
            if let other = environment.running[command.target] {
                environment.violate("\(command.id) runs while \(other) does, both for \(command.target)")
            }
            environment.running[command.target] = command.id
        }
        if command.looksFirst, try entries().contains(command.id) {
            environment.violate("\(command.id) is applied again")
        }
        if let earliest = environment.earliest[command.id], context.nowMilliseconds < earliest {
            environment.violate("\(command.id) runs at \(context.nowMilliseconds), and is due at \(earliest)")
        }
        let record = context.record
        if let (place, offset) = environment.log.offsets[command.id] {
            if record?.topic != place.topic || record?.partition != Int32(place.partition) || record?.offset != offset {
                environment.violate(
                    "\(command.id) is \(place)@\(offset), and the handler sees \(String(describing: record))")
            }
        } else if record != nil {
            environment.violate("\(command.id) was sent, and the handler sees a record")
        }
    }

    /// What the object has collected; a state that contradicts itself is no failure of the handler.
    private func entries() throws -> [String] {
        do { return try list.entries() } catch let error as InconsistentState {
            environment.violate("\(command.id): \(error)")
            throw error
        }
    }

    func leave() {
        if environment.running[command.target] == command.id { environment.running[command.target] = nil }
    }

    /// Does all that the command says, up to where it throws.
    func perform() throws {
        if !command.failsLate { try fail() }
        try list.append(command.id)
        if let object = context as? ObjectContext { try performOnObject(object) }
        for effect in command.effects { try perform(effect) }
        if command.target.service == AuditedServices.ledger { try failLate() }
    }

    /// Throws where the command fails after its effects.
    func failLate() throws { if command.failsLate { try fail() } }

    private func fail() throws {
        switch command.failure {
        case .never: return
        case .times(let count): if attempt <= count { throw SimulatedFailure() }
        case .always: throw SimulatedFailure()
        case .terminally: throw TerminalError("never")
        }
    }

    private func performOnObject(_ object: ObjectContext) throws {
        let padding = StateKey<[UInt8]>("pad")
        if command.paddingBytes > 0 {
            object.set(padding, [UInt8](repeating: UInt8(ascii: "p"), count: command.paddingBytes))
        } else if command.paddingBytes < 0 {
            object.clear(padding)
        }
        if command.clears {
            let entries = try entries()
            object.emit(
                topic: "flushed", key: Array("\(command.target)".utf8),
                value: Array(entries.joined(separator: " ").utf8))
            object.clearAll()
            if try !object.stateNames().isEmpty { environment.violate("\(command.id) sees state after clearing all") }
        }
        if let cancelled = command.noticeOf { try list.append("z:\(cancelled)@\(object.nowMilliseconds)") }
    }

    private func perform(_ effect: Command.Effect) throws {
        switch effect {
        case .send(let id): send(id, after: .zero)
        case .later(let id, let milliseconds, let isCancellable):
            let due = context.nowMilliseconds + Int64(milliseconds)
            environment.earliest[id] = min(environment.earliest[id] ?? .max, due)
            let sent = send(id, after: .milliseconds(milliseconds))
            if isCancellable, let sent, let object = context as? ObjectContext {
                object.set(Self.handle(id), sent.bytes)
            }
        case .cancel(let id, let notice):
            guard let object = context as? ObjectContext, let bytes = try object.get(Self.handle(id)),
                let invocation = InvocationID(bytes: bytes)
            else { return }
            object.clear(Self.handle(id))
            object.cancel(invocation)
            try list.append("x:\(id)@\(object.nowMilliseconds),\(invocation.dueMilliseconds)")
            send(notice, after: .zero)
        case .emit(let value):
            context.emit(
                topic: "emitted", key: Array(command.target.key.utf8), value: Array(value.utf8),
                headers: [SourceRecord.Header(name: "of", value: Array(command.id.utf8))])
        }
    }

    private static func handle(_ id: String) -> StateKey<[UInt8]> { StateKey("t/\(id)") }

    @discardableResult
    private func send(_ id: String, after delay: Duration) -> InvocationID? {
        guard let target = environment.workload.commands[id]?.target else { return nil }
        return context.send(
            service: target.service, handler: AuditedServices.handler, key: ObjectKey(target.key),
            payload: Array("\(id) \(target.key)".utf8), after: delay)
    }
}

/// What a handler throws that is to be tried again.
struct SimulatedFailure: Error, CustomStringConvertible { var description: String { "a simulated failure" } }

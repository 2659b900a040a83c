import Millrace
import MillraceEngine

/// What scripts wait for that others complete, and what they complete it with.
extension ScriptedWorld {
    func tell(_ tell: Tell) {
        environment.trace("    \(tell.script) tells of \(tell.label)")
        if !tells.contains(tell) { tells.append(tell) }
        people.told(tell)
    }

    /// What somebody still waits for.
    var openTells: [Tell] {
        tells.filter { tell in
            // A branch of a combination is labelled with the combination's number and its own.
            let label = tell.label.split(separator: ".").first.map(String.init) ?? tell.label
            return !observations.has(tell.invocation, label) && !observations.has(tell.invocation, "undo")
        }
    }

    /// A new value, or failure, for something that is waited for.
    func nextCompletion() -> DurableResult {
        let number = nextUnique()
        let error = number % 5 == 0 ? TerminalError("v\(number)", code: 503) : nil
        let text = error.map(Performance.text) ?? "v\(number)"
        sentValues.insert(text)
        send(text)
        return error.map { .failure($0) } ?? .value(Array(text.utf8))
    }

    /// What somebody completes a wait with.
    func completions(of tell: Tell) -> [DurableResult] {
        switch tell.what {
        case .awakeable: [nextCompletion()]
        case .signals(_, let count): (0..<count).map { _ in nextCompletion() }
        }
    }

    /// Completes something from a handler.
    func complete(_ tell: Tell, _ results: [DurableResult], _ context: any InvocationContext) {
        environment.cover(.completedByCommand)
        for result in results {
            switch (tell.what, result) {
            case (.awakeable(let id), .value(let value)):
                context.resolveAwakeable(id, String(decoding: value, as: UTF8.self), serde: .text)
            case (.awakeable(let id), .failure(let error)):
                context.rejectAwakeable(id, error.message, code: error.code)
            case (.signals(let id, _), .value(let value)):
                context.sendSignal("go", to: id, String(decoding: value, as: UTF8.self), serde: .text)
            case (.signals(let id, _), .failure(let error)):
                context.rejectSignal("go", to: id, error.message, code: error.code)
            case (_, .void): break
            }
        }
    }

    /// Completes something from outside.
    func complete(_ tell: Tell, _ desk: RequestDesk) {
        for result in completions(of: tell) {
            switch tell.what {
            case .awakeable(let text):
                guard let id = AwakeableID(text) else { return environment.violate("'\(text)' is no awakeable") }
                desk.signal(id.invocation, .index(id.index), result)
            case .signals(let id, _): desk.signal(id, .name("go"), result)
            }
        }
    }

    enum Completion { case awakeable, signal }

    /// Notes what something was completed with, and returns it.
    func completed(_ seen: String, _ what: Completion) -> String {
        guard !seen.hasPrefix("!408") else { return seen }
        if !sentValues.contains(seen) { environment.violate("'\(seen)' came, and nobody sent it") }
        switch what {
        case .awakeable: environment.cover(seen.hasPrefix("!") ? .awakeableRejected : .awakeableResolved)
        case .signal: environment.cover(seen.hasPrefix("!") ? .signalRejected : .signalResolved)
        }
        return seen
    }
}

import Millrace

/// One attempt at a script. What each operation came to is noted: with the world, which compares it with what earlier attempts
/// saw, and as an emitted record, which no crash takes back.
struct Performance: Sendable {
    /// The topic of the notes, whose values are `SCRIPT#LABEL=WHAT CAME`.
    static let topic = "notes"

    private let script: Script
    private let context: any InvocationContext
    private let world: ScriptedWorld
    private let id: InvocationID
    private let attempt: Int

    init(_ payload: String, _ context: any InvocationContext, _ world: ScriptedWorld, handler: String) throws {
        self.context = context
        self.world = world
        id = context.invocationID
        script = try world.script(of: payload, handler: handler, key: (context as? any StateReadingContext)?.key.text)
        attempt = world.begin(script, id)
    }

    private typealias Call = (label: String, callee: String, future: DurableFuture<String>)

    func perform() async throws -> String {
        var calls: [Call] = []
        var at = 0
        do {
            while at < script.operations.count {
                try world.failWherePlanned(script, at, id)
                let seen = try await carryOut(script.operations[at], at, &calls)
                try note("\(at)", seen)
                at += 1
            }
            try world.failWherePlanned(script, at, id)
        } catch let error as TerminalError where error == .cancelled {
            return try await undo(at, calls)
        }
        let result = "\(script.id)=\(context.random.next() % 1_000_000)"
        if script.failsInTheEnd { return try fail("\(result) failed", code: 422) }
        try end(result)
        return result
    }

    private func end(_ result: String) throws {
        try note("end", result)
        world.end(script, id, result)
    }

    private func fail(_ message: String, code: UInt16) throws -> String {
        let error = TerminalError(message, code: code)
        try end(Self.text(error))
        throw error
    }

    /// Notes what came of an operation. It throws where the attempt is over: what an unwinding handler does means nothing.
    private func note(_ label: String, _ seen: String) throws {
        _ = try context.handle.scope.nowMilliseconds(context.handle.ticket)
        world.observe(script, id, label, seen)
        context.emit(
            topic: Self.topic, key: Array("\(script.target)".utf8), value: Array("\(script.id)#\(label)=\(seen)".utf8))
    }

    static func text(_ error: TerminalError) -> String { "!\(error.code) \(error.message)" }

    /// What an operation comes to; its failure is a result, too.
    private func settled(_ body: () async throws -> String) async throws -> String {
        do { return try await body() } catch let error as TerminalError where error != .cancelled {
            return Self.text(error)
        }
    }

    // MARK: Undoing

    /// The invocation has been cancelled. Its callees have been before it: only when they have ended it undoes its steps.
    private func undo(_ at: Int, _ calls: [Call]) async throws -> String {
        world.environment.cover(.cancelRunning)
        try note("undo", "\(at)")
        for call in calls {
            let seen = try await sheltered { _ in try await needed(call.callee, call.future) }
            try note("callee of \(call.label)", seen)
        }
        for number in (0..<at).reversed() {
            guard case .step = script.operations[number] else { continue }
            let seen = try await sheltered { try await step(Script.Step(), "undo \(number), \($0)") }
            try note("undo \(number)", seen)
        }
        guard script.isFromRecord else { return try fail("\(script.id) undone", code: TerminalError.conflict) }
        let result = "\(script.id) undone"
        try end(result)
        return result
    }

    /// Goes on although it may be cancelled once more.
    private func sheltered(_ body: (_ attempt: Int) async throws -> String) async throws -> String {
        for attempt in 0..<100 {
            do { return try await settled { try await body(attempt) } } catch let error as TerminalError
                where error == .cancelled
            {}
        }
        world.environment.violate("\(script.id) is cancelled again and again")
        return "?"
    }

    // MARK: Operations

    private func carryOut(_ operation: Script.Operation, _ at: Int, _ calls: inout [Call]) async throws -> String {
        let environment = world.environment
        switch operation {
        case .step(let plan): return try await settled { try await step(plan, "\(at)") }
        case .sleep(let milliseconds):
            environment.cover(.sleep)
            let due = context.nowMilliseconds + Int64(milliseconds)
            try await context.sleep(for: .milliseconds(milliseconds))
            if context.nowMilliseconds < due {
                environment.violate("\(script.id) sleeps until \(due), and goes on at \(context.nowMilliseconds)")
            }
            return "slept"
        case .state: return try state(at)
        case .expiringState: return try expiringState(at)
        case .draw:
            environment.cover(.draw)
            return "\(context.random.next()) at \(context.nowMilliseconds)"
        case .gate:
            environment.cover(.gate)
            try await world.wait("\(script.id)#\(at)")
            return "passed"
        case .call(let callee, let limit): return try await call(callee, "\(at)", limit, &calls)
        case .callItself(let callee):
            let seen = try await settled { try await start(callee).future.value }
            if seen.hasPrefix(Self.deadlock) { environment.cover(.deadlock) }
            return seen.hasPrefix(Self.deadlock) ? "deadlock" : seen
        case .send(let other, let delay):
            environment.cover(delay > 0 ? .sendDelayed : .send)
            try send(other, delay)
            return "sent"
        case .sendAndCancel(let other, let delay):
            let sent = try send(other, delay)
            if let sent { context.cancel(sent) }
            return "cancelled"
        case .sendAndAttach(let other):
            guard let sent = try send(other, 0) else { return "?" }
            environment.cover(.attach)
            return try await settled { try await context.attach(to: sent, serde: .text).value }
        case .attach(let other):
            environment.cover(.attach)
            return try await settled { try await future(of: other, waits: true).value }
        case .output(let other):
            environment.cover(.output)
            return try await settled { try await future(of: other, waits: false).value }
        case .awakeable(let limit):
            let future = try await awakeable("\(at)")
            let limited = limit.map { future.timeout(after: .milliseconds($0)) } ?? future
            return world.completed(try await settled { try await limited.value }, .awakeable)
        case .signals(let count):
            let futures = (0..<count).map { _ in context.signal("go", as: String.self, serde: .text) }
            try await tell(.signals(id, count: count), "\(at)")
            var seen: [String] = []
            for future in futures { seen.append(try await settled { try await future.value }) }
            return seen.map { world.completed($0, .signal) }.joined(separator: ",")
        case .combine(let combination, let branches): return try await combine(combination, branches, at, &calls)
        case .endless:
            return try await context.awakeable(as: String.self, serde: .text).future.value
        case .complete(let tell, let results):
            world.complete(tell, results, context)
            return "completed"
        case .getPromise, .peekPromise, .resolvePromise, .rejectPromise:
            guard let context = context as? any PromiseContext else { return "?" }
            return try await settled { try await promise(operation, context) }
        }
    }

    private func step(_ plan: Script.Step, _ label: String) async throws -> String {
        do {
            let value = try await context.run(label, retry: plan.policy, serde: .text) {
                try await world.runStep(plan, script, id, label, attempt: attempt)
            }
            world.keep(id, label, value)
            return value
        } catch let error as TerminalError where error != .cancelled {
            if plan.failures == .max { world.environment.cover(.stepExhausted) }
            world.keep(id, label, Self.text(error))
            throw error
        }
    }

    private func state(_ at: Int) throws -> String {
        let key = StateKey<String>("list", serde: .text)
        guard let reader = context as? any StateReadingContext else { return "-" }
        let entries = try reader.get(key)?.split(separator: " ").map(String.init) ?? []
        guard let writer = context as? any StateContext else { return "\(entries.count) \(entries.last ?? "-")" }
        world.environment.cover(.state)
        writer.set(key, (entries + ["\(script.id)#\(at)"]).joined(separator: " "))
        return "\(entries.count)"
    }

    private func expiringState(_ at: Int) throws -> String {
        // All of a workflow's state goes with its result.
        guard let context = context as? any StateContext, script.target.service != ScriptedServices.workflow else {
            return "-"
        }
        let key = world.services.expiringList(of: script.target.service)
        let entries = try context.get(key)?.split(separator: " ").map(String.init) ?? []
        context.set(key, (entries + ["\(script.id)#\(at)"]).joined(separator: " "))
        return "\(entries.count)"
    }

    // MARK: Others

    private func start(_ callee: String) throws -> (id: InvocationID?, future: DurableFuture<String>) {
        let other = world.known(callee)
        let call = context.call(
            service: other.target.service, handler: other.handler, key: ObjectKey(other.target.key),
            payload: Array(callee.utf8), idempotencyKey: other.idempotencyKey)
        return (call.invocationID, call.future.map { String(decoding: $0, as: UTF8.self) })
    }

    private func call(_ callee: String, _ label: String, _ limit: Int?, _ calls: inout [Call]) async throws -> String {
        world.environment.cover(.call)
        if world.known(callee).parent?.script == script.id, script.isCalled { world.environment.cover(.chain) }
        let call = try start(callee)
        calls.append((label, callee, call.future))
        var seen: String
        if let limit {
            world.waitGraph.waits(script.id, for: callee, isNeeded: false)
            seen = try await settled { try await call.future.timeout(after: .milliseconds(limit)).value }
            if seen.hasPrefix("!408") {
                world.environment.cover(.callTimedOut)
                world.waitGraph.disturb(script)
                if let id = call.id { context.cancel(id) }
                seen = try await settled { try await needed(callee, call.future) }
            }
        } else {
            seen = try await settled { try await needed(callee, call.future) }
        }
        calls.removeLast()
        if seen.hasPrefix(Self.deadlock) { world.deadlocked(script, calling: callee) }
        world.waitGraph.goesOn(script.id)
        if seen.hasPrefix("!") { world.environment.cover(.callFailed) }
        return seen
    }

    /// The failure of a call that would wait for its own caller.
    static let deadlock = "!409 deadlock"

    /// Waits for a call and for nothing else.
    private func needed(_ callee: String, _ future: DurableFuture<String>) async throws -> String {
        world.waitGraph.waits(script.id, for: callee, isNeeded: true)
        return try await future.value
    }

    @discardableResult
    private func send(_ callee: String, _ delay: Int) throws -> InvocationID? {
        let other = world.known(callee)
        let sent = context.send(
            service: other.target.service, handler: other.handler, key: ObjectKey(other.target.key),
            payload: Array(callee.utf8), after: .milliseconds(delay), idempotencyKey: other.idempotencyKey)
        if sent == nil {
            // Either the attempt is over, which this throws, or something is wrong.
            _ = try context.handle.scope.nowMilliseconds(context.handle.ticket)
            world.environment.violate("\(script.id) could not send \(callee)")
        }
        return sent
    }

    /// The result of a script that is known by its names.
    private func future(of other: String, waits: Bool) throws -> DurableFuture<String> {
        let script = world.known(other)
        let (handle, key) = (context.handle, Array(script.target.key.utf8))
        let reference: InvocationReferenceTarget =
            if let idempotencyKey = script.idempotencyKey {
                .idempotent(
                    service: script.target.service, key: key, handler: script.handler, idempotencyKey: idempotencyKey)
            } else {
                .workflow(service: script.target.service, key: key)
            }
        let id =
            waits
            ? try handle.scope.attach(reference, handle.ticket) : try handle.scope.output(reference, handle.ticket)
        return DurableFuture(handle: handle, id: id) { result in
            switch result {
            case .void: return "-"
            case .value(let value): return String(decoding: value, as: UTF8.self)
            case .failure(let error): throw error
            }
        }
    }

    // MARK: Waiting for the world

    private func awakeable(_ label: String) async throws -> DurableFuture<String> {
        let awakeable = context.awakeable(as: String.self, serde: .text)
        try await tell(.awakeable(awakeable.id), label)
        return awakeable.future
    }

    private func tell(_ what: Tell.What, _ label: String) async throws {
        try await context.run("tell \(label)") {
            world.tell(Tell(what: what, script: script.id, invocation: id, label: label))
        }
    }

    private func combine(
        _ combination: Script.Combination, _ branches: [Script.Branch], _ at: Int, _ calls: inout [Call]
    ) async throws -> String {
        var futures: [DurableFuture<String>] = []
        let before = calls.count
        for (number, branch) in branches.enumerated() {
            let label = "\(at).\(number)"
            switch branch {
            case .timer(let milliseconds):
                futures.append(context.timer(after: .milliseconds(milliseconds)).map { "\(number) time" })
            case .step(let plan):
                world.environment.cover(.stepBeside)
                futures.append(
                    context.start(label, retry: plan.policy, serde: .text) {
                        try await world.runStep(plan, script, id, label, attempt: attempt)
                    }.map { "\(number) \($0)" })
            case .call(let callee):
                let future = try start(callee).future
                calls.append((label, callee, future))
                futures.append(future.map { "\(number) \($0)" })
            case .awakeable: futures.append(try await awakeable(label).map { "\(number) \($0)" })
            }
        }
        let seen: String
        switch combination {
        case .race:
            world.environment.cover(.race)
            seen = try await settled { try await DurableFuture.race(futures).value }
        case .any:
            world.environment.cover(.any)
            seen = try await settled { try await DurableFuture.any(futures).value }
        case .all:
            world.environment.cover(.all)
            seen = try await settled { try await DurableFuture.all(futures).value.joined(separator: ",") }
        case .settled:
            world.environment.cover(.allSettled)
            seen = try await DurableFuture.allSettled(futures).value.map { result in
                switch result {
                case .success(let value): value
                case .failure(let error): Self.text(error)
                }
            }.joined(separator: ",")
        }
        // What lost goes on by itself.
        calls.removeSubrange(before...)
        return seen
    }

    private func promise(_ operation: Script.Operation, _ context: any PromiseContext) async throws -> String {
        func named(_ name: String) -> DurablePromise<String> { context.promise(PromiseKey(name, serde: .text)) }
        switch operation {
        case .getPromise(let name):
            world.environment.cover(.promiseGet)
            return try await named(name).value
        case .peekPromise(let name):
            world.environment.cover(.promisePeek)
            return try await named(name).peek() ?? "-"
        case .resolvePromise(let name):
            do {
                try await named(name).resolve("by \(script.id)")
                world.environment.cover(.promiseResolve)
                return "resolved"
            } catch let error as TerminalError where error != .cancelled {
                world.environment.cover(.promiseConflict)
                throw error
            }
        case .rejectPromise(let name):
            try await named(name).reject("by \(script.id)", code: 503)
            world.environment.cover(.promiseReject)
            return "rejected"
        default: return "?"
        }
    }
}

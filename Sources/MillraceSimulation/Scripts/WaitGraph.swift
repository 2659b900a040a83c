/// Who holds which key, and who waits for which call, as far as handlers have said: whether calls that fail as deadlocks were some.
///
/// What is noted of a holder stays when its memory is released, or its process dies: it holds its key all the same.
struct WaitGraph {
    private struct Wait {
        let callee: String
        /// Whether there is no other way for the caller to go on.
        let isNeeded: Bool
    }

    private var holders: [Target: String] = [:]
    private var waits: [String: Wait] = [:]
    /// Somebody has intervened: what is known may be older than what the engine has seen.
    private(set) var isDisturbed = false

    mutating func holds(_ script: Script) { if script.isExclusive { holders[script.target] = script.id } }

    mutating func ended(_ script: Script) {
        if holders[script.target] == script.id { holders[script.target] = nil }
        waits[script.id] = nil
    }

    mutating func waits(_ script: String, for callee: String, isNeeded: Bool) {
        waits[script] = Wait(callee: callee, isNeeded: isNeeded)
    }

    mutating func goesOn(_ script: String) { waits[script] = nil }

    /// Somebody stops, cancels or restarts a script of the circle, or what it has called.
    mutating func disturb(_ script: Script) { if script.isInCircle { isDisturbed = true } }

    /// Those who hold each other up, from the holder that a call stands behind to its caller or one of the caller's own; `nil` where
    /// they do not.
    func ring(from caller: Script, calling callee: Script, _ script: (String) -> Script) -> [String]? {
        var ancestors: Set<String> = [caller.id]
        var parent = caller.parent
        while let next = parent {
            ancestors.insert(next.script)
            parent = script(next.script).parent
        }
        var path: [String] = []
        var call = callee
        while path.count < 100 {
            guard let holder = call.isExclusive ? holders[call.target] : call.id else { return nil }
            path.append(holder)
            // One of the caller's own callers, who waits for it.
            if ancestors.contains(holder) { return path }
            guard let wait = waits[holder], wait.isNeeded else { return nil }
            call = script(wait.callee)
        }
        return nil
    }
}

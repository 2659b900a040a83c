import Millrace

/// What one invocation of a scripted handler is to do: operations, one after the other. A payload names a script by its id; the
/// scripts themselves are kept outside the engine, where no crash reaches them.
struct Script {
    /// A durable step.
    struct Step {
        /// So many runs of its function throw, over all lives; `.max` for all of them.
        var failures = 0
        /// How often its own policy lets it be tried; `nil` leaves that to the invocation.
        var attempts: Int?
        /// Its function throws a `TerminalError`.
        var isTerminal = false
        /// Its function waits for something outside.
        var waits = false
        /// So many runs of its function never return, over all lives.
        var hangs = 0

        var policy: RetryPolicy? {
            attempts.map {
                RetryPolicy(initial: .milliseconds(5), factor: 3, maxInterval: .seconds(1), maxAttempts: $0)
            }
        }
    }

    /// What a combination is made of.
    enum Branch {
        case timer(milliseconds: Int)
        case step(Step)
        case call(String)
        case awakeable
    }

    enum Combination: CaseIterable {
        case race
        case any
        case all
        case settled
    }

    enum Operation {
        case step(Step)
        case sleep(milliseconds: Int)
        /// Appends to the object's list, or, where the handler may only read, looks at it.
        case state
        /// Appends to a list of the object's that is gone when nobody has done so for a time.
        case expiringState
        /// A random number, and the time.
        case draw
        /// Waits for something outside in an ordinary way.
        case gate
        /// Calls; with a limit it cancels the callee when the time is over, and waits for how that ends.
        case call(String, limitMilliseconds: Int?)
        case send(String, delayMilliseconds: Int)
        case sendAndCancel(String, delayMilliseconds: Int)
        case sendAndAttach(String)
        /// The result of a script that is known by its idempotency key or its workflow.
        case attach(String)
        case output(String)
        /// Calls its own key, which it holds.
        case callItself(String)
        case awakeable(limitMilliseconds: Int?)
        case signals(Int)
        case combine(Combination, [Branch])
        /// Waits for what never comes.
        case endless
        case getPromise(String)
        case peekPromise(String)
        case resolvePromise(String)
        case rejectPromise(String)
        /// Completes what another invocation waits for.
        case complete(Tell, [DurableResult])
    }

    let id: String
    let target: Target
    let handler: String
    var operations: [Operation] = []
    /// Before which operation so many attempts throw, over all lives.
    var failures: [Int: Int] = [:]
    /// Before which operation all attempts throw, until somebody heals it.
    var doomedAt: Int?
    /// It ends with a `TerminalError`.
    var failsInTheEnd = false
    /// It was sent or called by the operation of another script.
    var parent: (script: String, operation: Int)?
    /// Its parent waits for it: what ends the parent by force ends it too.
    var isCalled = false
    var idempotencyKey: String?
    /// The record's handler must not end with a failure: its subscription would park it.
    var isFromRecord = false
    /// It is one of those whose calls may go round, or is called by one.
    var isInCircle = false
    /// It waits, or calls what waits, for what never comes: somebody has to cancel it.
    var isEndless = false

    /// Whether people may start it anew: it has told nobody of itself.
    var canBeRestarted: Bool {
        idempotencyKey == nil && handler == ScriptedServices.run && target.service != ScriptedServices.workflow
            && operations.allSatisfy { operation in
                switch operation {
                case .step, .sleep, .state, .draw, .gate: true
                default: false
                }
            }
    }

    /// Whether several may ask for it, and all get the first one's result.
    var isShared: Bool { idempotencyKey != nil || isWorkflowRun }
    var isWorkflowRun: Bool { target.service == ScriptedServices.workflow && handler == ScriptedServices.run }
    /// Whether it has its key to itself.
    var isExclusive: Bool { ScriptedServices.isExclusive(target.service, handler) }
}

/// What an invocation has told the world, so that somebody completes what it waits for.
struct Tell: Hashable {
    enum What: Hashable {
        case awakeable(String)
        case signals(InvocationID, count: Int)
    }

    let what: What
    let script: String
    let invocation: InvocationID
    /// Under which the invocation notes what came.
    let label: String
}

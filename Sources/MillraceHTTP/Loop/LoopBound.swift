/// Carries a value that belongs to a loop's thread across others, which cannot open it.
struct LoopBound<Value>: @unchecked Sendable {
    // What protects the value: it is only reached on the loop's thread.
    private let loop: EventLoop
    private let bound: Value

    init(_ value: Value, to loop: EventLoop) {
        self.loop = loop
        bound = value
    }

    /// The value; traps off the loop's thread.
    var value: Value {
        loop.checkThread()
        return bound
    }
}

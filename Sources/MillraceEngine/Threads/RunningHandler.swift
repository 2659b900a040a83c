import Synchronization

/// Which handler a thread of shards runs at present, for whoever watches that thread from another one.
///
/// One word: a number that is another one for each time that a handler starts or goes on, above 16 bits that say which handler
/// it is. The shards' thread writes it, with one store for each; nobody else does.
final class RunningHandler: Sendable {
    /// What was running when somebody looked.
    struct Moment: Equatable {
        fileprivate let word: UInt64

        /// Whether the thread was in a handler.
        var isInHandler: Bool { word & RunningHandler.handlerMask != 0 }

        /// The handler's place in ``ServiceTable/handlers``; `nil` where the thread cannot know which one it lets go on.
        var handler: Int? {
            let value = word & RunningHandler.handlerMask
            return value == 0 || value == RunningHandler.unknown ? nil : Int(value) - 1
        }
    }

    private static let handlerMask: UInt64 = 0xffff
    private static let unknown: UInt64 = 0xffff
    private let word = Atomic<UInt64>(0)

    /// What runs now. Any thread.
    var now: Moment { Moment(word: word.load(ordering: .relaxed)) }

    /// A handler starts, or goes on where it waited.
    @inline(__always)
    func enter(_ handler: Int) { store(min(UInt64(truncatingIfNeeded: handler) + 1, Self.unknown)) }

    /// Handlers go on that waited for something of their own, such as a task or an actor: which ones, only they know.
    func enterUnknown() { store(Self.unknown) }

    /// The thread does something else.
    func leave() {
        let word = word.load(ordering: .relaxed)
        if word & Self.handlerMask != 0 { self.word.store(word & ~Self.handlerMask, ordering: .relaxed) }
    }

    @inline(__always)
    private func store(_ handler: UInt64) {
        // There is one writer, so this needs to be no atomic addition.
        let number = word.load(ordering: .relaxed) >> 16 &+ 1
        word.store(number << 16 | handler, ordering: .relaxed)
    }
}

import Glibc
import Synchronization
import Testing

@testable import MillraceEngine

/// Who waits is woken, whoever of the two comes first.
struct SignalTests {
    /// Two threads hand a number to each other; a signal that is lost ends the game before its time, and the test with it.
    @Test func noneIsLost() {
        let rounds = 50_000
        let signals = (Signal(), Signal())
        let ball = Atomic<Int>(0)
        let other = OSThread(name: "other") {
            for round in 0..<rounds {
                while ball.load(ordering: .acquiring) != 2 * round + 1 { signals.1.wait() }
                ball.store(2 * round + 2, ordering: .releasing)
                signals.0.raise()
            }
        }
        for round in 0..<rounds {
            ball.store(2 * round + 1, ordering: .releasing)
            signals.1.raise()
            while ball.load(ordering: .acquiring) != 2 * round + 2 { signals.0.wait() }
        }
        other.join()
        #expect(ball.load(ordering: .relaxed) == 2 * rounds)
    }

    /// Many threads raise one signal for things that each of them puts down before.
    @Test func whatWasDoneBeforeIsSeen() {
        let count = 20_000
        let signal = Signal()
        let put = Mutex<[Int]>([])
        let threads = (0..<3).map { thread in
            OSThread(name: "raiser\(thread)") {
                for number in 0..<count {
                    put.withLock { $0.append(number) }
                    signal.raise()
                }
            }
        }
        var taken = 0
        while taken < 3 * count {
            signal.wait()
            taken += put.withLock { list in
                defer { list.removeAll() }
                return list.count
            }
        }
        for thread in threads { thread.join() }
        #expect(taken == 3 * count)
    }

    @Test func raisedOnceItEndsOneWait() {
        let signal = Signal()
        signal.raise()
        signal.raise()
        signal.wait()
        // Lowered: these end by their time.
        signal.wait(timeoutMilliseconds: 1)
        signal.wait(timeoutMilliseconds: 0)
        signal.raise()
        signal.wait(timeoutMilliseconds: 0)
    }
}

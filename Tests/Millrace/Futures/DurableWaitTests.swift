import Testing

@testable import Millrace

/// Which results a wait cannot be without.
@Suite struct DurableWaitTests {
    private static let a = DurableWait.result(.completion(1))
    private static let b = DurableWait.result(.completion(2))

    private func needs(_ wait: DurableWait, done: Set<UInt32> = []) -> Bool {
        wait.needs(.completion(1)) { id in
            guard case .completion(let number) = id, done.contains(number) else { return nil }
            return DurableWait.Decision(order: Int(number), isSuccess: true)
        }
    }

    @Test func aResultIsNeededByItself() {
        #expect(needs(Self.a))
        #expect(!needs(Self.b))
        #expect(!needs(.failed))
    }

    @Test func allNeedEach() {
        #expect(needs(.all([Self.a, Self.b])))
        #expect(needs(.all([Self.b, .all([Self.a])])))
        #expect(!needs(.all([Self.b])))
    }

    /// Another one may come first, or fail, as long as it has not come.
    @Test func whatAnotherResultCanDecideNeedsNone() {
        #expect(!needs(.first([Self.a, Self.b])))
        #expect(!needs(.firstSuccess([Self.a, Self.b])))
        #expect(!needs(.allSuccess([Self.a, Self.b])))
        #expect(!needs(.timeout(Self.a, timer: .completion(2))))
    }

    @Test func theLastThatIsMissingIsNeeded() {
        #expect(needs(.allSuccess([Self.a, Self.b]), done: [2]))
        #expect(needs(.first([Self.a])))
        #expect(needs(.first([Self.a, .all([Self.a, Self.b])])))
        #expect(needs(.allSuccess([.all([Self.a, Self.b]), Self.b]), done: [2]))
    }
}

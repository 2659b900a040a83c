import Testing

@testable import MillraceEngine

@Suite struct ScheduleRowTests {
    @Test(arguments: [Int64(0), 1_700_000_000_000, .max, -1])
    func isReadAsItWasWritten(position: Int64) {
        let row = ScheduleRow(position: position, timing: "0 3 * * * Europe/Berlin")
        #expect(ScheduleRow(row.bytes) == row)
    }

    @Test func otherBytesAreNone() {
        #expect(ScheduleRow([]) == nil)
        #expect(ScheduleRow([1, 0, 0, 0]) == nil)
        #expect(ScheduleRow([2] + [UInt8](repeating: 0, count: 20)) == nil)
    }
}

import Testing

@testable import MillraceHTTP

@Suite struct HTTPDateTests {
    @Test func hasTheFormOfTheStandard() {
        var date = HTTPDate()
        #expect(date.text(second: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(date.text(second: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(date.text(second: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}

import Testing

@testable import MillraceHTTP

@Suite struct HTTP1ConnectionTests {
    /// A connection whose requests are answered with their path, driven by hand.
    struct Driver {
        var connection: HTTP1Connection
        var now = Duration.zero
        var paths: [String] = []
        var received = ""

        init(limits: HTTP1Limits = HTTP1Limits()) { connection = HTTP1Connection(limits: limits, now: .zero) }

        /// Feeds text, answers what is complete, and writes all output.
        mutating func send(_ text: String, answering: Bool = true) {
            connection.receive(Array(text.utf8).span, now: now)
            run(answering: answering)
        }

        mutating func run(answering: Bool = true) {
            while true {
                while let event = connection.next(now: now, date: "now") {
                    if case .head(let request) = event { paths.append(request.path) }
                    if event == .end && answering { answer(.text((paths.last ?? "") + "\r\n")) }
                }
                let output = connection.takeOutput()
                if output.isEmpty { return }
                received += String(decoding: output, as: UTF8.self)
                connection.didWrite(now: now)
            }
        }

        mutating func answer(_ response: HTTPResponse) { connection.respond(response, date: "now", now: now) }

        /// Moves the time to the next deadline.
        mutating func waitForDeadline() {
            guard let deadline = connection.deadline else { return }
            connection.expire(now: deadline - .milliseconds(1), date: "now")
            #expect(connection.deadline == deadline, "expired too early")
            now = deadline
            connection.expire(now: now, date: "now")
            run()
        }

        var statuses: [Substring] {
            received.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }.map { $0.dropFirst(9).prefix(3) }
        }
    }

    let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func answersAndStaysOpen() {
        var driver = Driver()
        driver.send(get)
        #expect(
            driver.received
                == "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ndate: now\r\ncontent-length: 4\r\n\r\n/a\r\n"
        )
        #expect(driver.connection.ending == .none && driver.connection.isIdle)
        driver.send(get)
        #expect(driver.paths == ["/a", "/a"])
    }

    @Test func answersPipelinedRequestsOneByOne() {
        var driver = Driver()
        driver.send(get + "GET /b HTTP/1.1\r\nHost: h\r\n\r\nGET /c HTTP/1.1\r\n", answering: false)
        #expect(driver.paths == ["/a"])
        driver.answer(.text("1\r\n"))
        driver.run(answering: false)
        #expect(driver.paths == ["/a", "/b"])
        driver.answer(.text("2\r\n"))
        driver.run()
        driver.send("Host: h\r\n\r\n")
        #expect(driver.paths == ["/a", "/b", "/c"])
        #expect(driver.statuses == ["200", "200", "200"])
    }

    @Test(arguments: ["Connection: close\r\n", ""]) func closesWhereTheClientWantsIt(field: String) {
        var driver = Driver()
        let version = field.isEmpty ? "1.0" : "1.1"
        driver.send("GET /a HTTP/\(version)\r\nHost: h\r\n\(field)\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(driver.paths == ["/a"])
        #expect(driver.received.contains("\r\nconnection: close\r\n"))
        #expect(driver.connection.ending == .endOutput)
        driver.send("what comes now is swallowed")
        #expect(driver.connection.wantsInput)
        driver.connection.peerDidEnd()
        #expect(driver.connection.ending == .close)
    }

    @Test func closesWhereTheHandlerWantsIt() {
        var driver = Driver()
        driver.send(get, answering: false)
        driver.answer(HTTPResponse(headers: ["Connection": "close"]))
        driver.run()
        #expect(driver.connection.ending == .endOutput)
        driver.waitForDeadline()
        #expect(driver.connection.ending == .abort)
    }

    @Test func answersHeadWithoutBody() {
        var driver = Driver()
        driver.send("HEAD /long HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(driver.received.hasSuffix("content-length: 7\r\n\r\n"))
        driver.send(get)
        #expect(driver.received.hasSuffix("\r\n\r\n/a\r\n"))
    }

    @Test func refusesAndLingers() {
        var driver = Driver()
        driver.send(get + "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n" + get)
        #expect(driver.statuses == ["200", "400"])
        #expect(driver.received.hasSuffix("two Host fields\n"))
        #expect(driver.connection.ending == .endOutput && driver.connection.wantsInput)
        driver.send(get)
        #expect(driver.paths == ["/a"])
        driver.waitForDeadline()
        #expect(driver.connection.ending == .abort && driver.now == HTTP1Limits().lingerTimeout)
    }

    @Test func asksForTheBodyOnDemand() {
        var driver = Driver()
        let head = "POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        driver.send(head)
        #expect(driver.received == "HTTP/1.1 100 Continue\r\n\r\n")
        driver.send("ab")
        #expect(driver.statuses == ["100", "200"])
        driver.send(head + "ab")
        #expect(driver.statuses == ["100", "200", "200"])
        driver.send("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        #expect(driver.statuses == ["100", "200", "200", "413"])
    }

    @Test func anEarlyResponseEndsTheConnection() {
        var driver = Driver()
        driver.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab")
        driver.answer(.text("no", .notFound))
        driver.run()
        #expect(driver.statuses == ["404"] && driver.received.contains("connection: close"))
        #expect(driver.connection.ending == .endOutput)
    }

    // Time.

    @Test func closesWhenIdle() {
        var driver = Driver()
        driver.now = .seconds(7)
        driver.send(get)
        driver.waitForDeadline()
        #expect(driver.now == .seconds(67))
        #expect(driver.connection.ending == .close && driver.statuses == ["200"])
    }

    @Test func aSlowHeadDoesNotGainTimeByBytes() {
        var driver = Driver()
        for byte in "GET / HT" {
            driver.send(String(byte))
            driver.now += .seconds(1)
        }
        driver.waitForDeadline()
        #expect(driver.now == .seconds(10))
        #expect(driver.statuses == ["408"] && driver.connection.ending == .endOutput)
    }

    @Test func aSlowPipelinedHeadHasItsOwnTime() {
        var driver = Driver()
        driver.send(get, answering: false)
        driver.now = .seconds(100)
        driver.send("GET /b", answering: false)
        #expect(driver.connection.deadline == nil)
        driver.answer(.text("a\r\n"))
        driver.run()
        driver.waitForDeadline()
        #expect(driver.now == .seconds(110))
        #expect(driver.statuses == ["200", "408"])
    }

    @Test func aSlowBodyIsRefused() {
        var driver = Driver()
        driver.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n")
        driver.now = .seconds(59)
        driver.send("a")
        driver.waitForDeadline()
        #expect(driver.now == .seconds(60) && driver.statuses == ["408"])
    }

    @Test func aClientThatDoesNotReadIsCutOff() {
        var driver = Driver()
        driver.connection.receive(Array(get.utf8).span, now: .zero)
        while driver.connection.next(now: .zero, date: "") != nil {}
        driver.answer(.text("a"))
        #expect(!driver.connection.takeOutput().isEmpty)
        #expect(driver.connection.takeOutput().isEmpty)
        driver.connection.expire(now: .seconds(30), date: "")
        #expect(driver.connection.ending == .abort && driver.connection.deadline == nil)
    }

    // Bounds.

    @Test func looksAtNoMoreRequestsWhileOutputWaits() {
        var limits = HTTP1Limits()
        limits.maxUnsentBytes = 1000
        var connection = HTTP1Connection(limits: limits, now: .zero)
        connection.receive(Array(String(repeating: get, count: 100).utf8).span, now: .zero)
        var answered = 0
        func answerAll() {
            while let event = connection.next(now: .zero, date: "") {
                guard event == .end else { continue }
                connection.respond(HTTPResponse(body: Array(repeating: 0, count: 400)), date: "", now: .zero)
                answered += 1
            }
        }
        answerAll()
        #expect(answered == 3 && !connection.wantsInput)
        _ = connection.takeOutput()
        answerAll()
        #expect(answered == 3)
        connection.didWrite(now: .zero)
        answerAll()
        #expect(answered == 6)
    }

    @Test func wantsNoInputBeyondItsBuffer() {
        var driver = Driver()
        driver.send(get, answering: false)
        while driver.connection.wantsInput { driver.send(String(repeating: get, count: 10), answering: false) }
        driver.answer(.text("a"))
        driver.run()
        #expect(driver.connection.wantsInput && driver.connection.isIdle)
    }

    // Ends.

    @Test func servesWhatCameBeforeTheClientsEnd() {
        var driver = Driver()
        driver.send(get + get + "GET /half", answering: false)
        driver.connection.peerDidEnd()
        driver.answer(.text("1\r\n"))
        driver.run()
        #expect(driver.statuses == ["200", "200"])
        #expect(driver.connection.ending == .close)
    }

    @Test func drainsIdleConnectionsAtOnceAndOthersAfterTheirRequest() {
        var idle = Driver()
        idle.send(get)
        idle.connection.drain()
        #expect(idle.connection.ending == .close)

        var busy = Driver()
        busy.send("GET /a HTTP/1.1\r\n")
        busy.connection.drain()
        #expect(busy.connection.ending == .none)
        busy.send("Host: h\r\n\r\n" + get)
        #expect(busy.paths == ["/a"])
        #expect(busy.received.contains("connection: close") && busy.connection.ending == .endOutput)
    }
}

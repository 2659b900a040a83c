import Testing

@testable import MillraceHTTP

@Suite struct HTTPServerTests {
    private func server(
        _ change: (inout HTTPServerOptions) -> Void = { _ in },
        handler: @escaping HTTPServer.Handler = { .text("\($0.method) \($0.path) \($0.body.count)\n") }
    ) throws -> HTTPServer {
        var options = HTTPServerOptions()
        change(&options)
        return try HTTPServer(options, handler: handler)
    }

    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0"]) func answersOnItsPort(address: String) async throws {
        let wanted = try SocketAddress(address)
        let server = try server {
            $0.address = wanted
        } handler: { request in
            .text(request.peer?.host ?? "nobody")
        }
        #expect(server.address.port != 0 && server.address.host == wanted.host)
        let client = try TestClient(server.address)
        client.send(get("/", "Connection: close\r\n"))
        let response = client.read(until: wanted.host)
        client.endOutput()
        #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n") && response.hasSuffix("\r\n\r\n\(wanted.host)"))
        await server.stop()
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        let server = try server()
        let client = try TestClient(server.address)
        client.send((0..<200).map { get("/\($0)") }.joined())
        let lines = client.read(until: "/199 0\n").split(whereSeparator: \.isNewline)
        #expect(lines.filter { $0.hasPrefix("GET") } == (0..<200).map { "GET /\($0) 0" })
        #expect(server.statistics.answeredRequests == 200 && server.statistics.openConnections == 1)
        await server.stop()
        #expect(client.readToEnd().isEmpty)
        #expect(server.statistics.openConnections == 0)
    }

    @Test func takesBodiesAndAsksForThem() async throws {
        let server = try server()
        let client = try TestClient(server.address)
        client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        for _ in 0..<10 { client.send("3\r\nabc\r\n") }
        client.send("0\r\n\r\n")
        #expect(client.read(until: "\n").contains("POST /c 30"))
        await server.stop()
    }

    @Test func refusesASlowHead() async throws {
        let server = try server { $0.limits.headTimeout = .milliseconds(30) }
        let client = try TestClient(server.address)
        client.send("GET / HTTP/1.1\r\n")
        let text = String(decoding: client.readToEnd(), as: UTF8.self)
        client.endOutput()
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains("connection: close"))
        await server.stop()
    }

    @Test func closesAnIdleConnection() async throws {
        let server = try server { $0.limits.idleTimeout = .milliseconds(30) }
        let client = try TestClient(server.address)
        client.send(get("/"))
        #expect(String(decoding: client.readToEnd(), as: UTF8.self).hasSuffix("GET / 0\n"))
        await server.stop()
    }

    @Test func aClientThatSendsTooMuchReadsWhy() async throws {
        let server = try server()
        let client = try TestClient(server.address)
        let body = String(repeating: "x", count: 2_000_000)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + body)
        client.endOutput()
        #expect(String(decoding: client.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 413 "))

        let other = try TestClient(server.address)
        other.send("GET / HTTP/1.1\r\nX: " + body)
        other.endOutput()
        #expect(String(decoding: other.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
        await server.stop()
    }

    @Test func writesWhatTheSocketDoesNotTakeAtOnce() async throws {
        var growing: [UInt8] = Array(0..<250)
        while growing.count < 8_000_000 { growing += growing }
        let body = growing
        let server = try server { _ in
        } handler: { _ in
            HTTPResponse(body: body)
        }
        let client = try TestClient(server.address)
        client.send(get("/", "Connection: close\r\n"))
        client.endOutput()
        let received = client.readToEnd().suffix(body.count)
        #expect(Array(received) == body)
        await server.stop()
    }

    @Test func refusesConnectionsAboveTheLimit() async throws {
        let server = try server { $0.maxConnections = 1 }
        let first = try TestClient(server.address)
        first.send(get("/"))
        _ = first.read(until: "GET / 0\n")
        let second = try TestClient(server.address)
        #expect(String(decoding: second.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 503 "))
        #expect(server.statistics.refusedConnections == 1 && server.statistics.acceptedConnections == 1)
        await server.stop()
    }

    @Test func finishesTheRequestThatItIsAtBeforeItStops() async throws {
        let server = try server()
        let busy = try TestClient(server.address)
        busy.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        _ = busy.read(until: "\r\n\r\n")
        let idle = try TestClient(server.address)
        idle.send(get("/"))
        _ = idle.read(until: "GET / 0\n")

        server.beginStop()
        #expect(idle.readToEnd().isEmpty)
        #expect(throws: UVError.self) { try TestClient(server.address) }
        busy.send("12345" + get("/never"))
        busy.endOutput()
        let text = String(decoding: busy.readToEnd(), as: UTF8.self)
        #expect(text.contains("connection: close") && text.hasSuffix("POST /p 5\n"))
        await server.stop()
        await server.stop()
    }

    @Test func cutsOffWhatTheGraceDoesNotCover() async throws {
        let server = try server()
        let client = try TestClient(server.address)
        client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        _ = client.read(until: "\r\n\r\n")
        await server.stop(grace: .milliseconds(10))
        #expect(client.readToEnd().isEmpty)
    }

    @Test func stopsWhenItIsLetGo() throws {
        var server: HTTPServer? = try server()
        let client = try TestClient(#require(server).address)
        server = nil
        #expect(client.readToEnd().isEmpty)
    }

    @Test func survivesClientsThatVanish() async throws {
        let server = try server { _ in
        } handler: { _ in
            HTTPResponse(body: Array(repeating: 0, count: 4_000_000))
        }
        for _ in 0..<20 {
            let client = try TestClient(server.address)
            client.send(get("/") + get("/"))
        }
        let client = try TestClient(server.address)
        client.send(get("/", "Connection: close\r\n"))
        client.endOutput()
        #expect(client.readToEnd().count > 4_000_000)
        await server.stop()
    }

    @Test func saysWhatToDoWhereThePortIsInUse() async throws {
        let server = try server()
        let error = #expect(throws: HTTPServerError.self) { try self.server { $0.address = server.address } }
        #expect(error == .portInUse(server.address))
        #expect(error?.description.contains("the port is in use; choose another one") == true)
        await server.stop()
        let again = try self.server { $0.address = server.address }
        await again.stop()
    }

    @Test func saysWhereTheAddressIsNotThisMachines() throws {
        let address = try SocketAddress("192.0.2.1:0")
        #expect(throws: HTTPServerError.noSuchAddress(address)) { try self.server { $0.address = address } }
    }
}

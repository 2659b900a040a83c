import Testing

@testable import Millrace

/// What the overloads of `emit` make of their values.
struct EmitTests {
    private struct Point: Codable { var x: Int }

    /// Bytes that were not optional were taken for a value to be written as JSON, and left as `[104,105]`.
    @Test func bytesLeaveAsTheyAre() {
        let scope = FakeScope()
        let context = ServiceContext(scope.handle)
        let bytes = Array("hi".utf8)
        let absent: [UInt8]? = nil
        context.emit(topic: "t", value: bytes)
        context.emit(topic: "t", key: [1], value: bytes)
        context.emit(topic: "t", key: ObjectKey([1]), value: bytes)
        context.emit(topic: "t", value: Optional(bytes))
        context.emit(topic: "t", key: [1], value: absent)
        context.emit(topic: "t", value: nil)
        #expect(scope.emitted.map(\.value) == [bytes, bytes, bytes, bytes, nil, nil])
        #expect(scope.emitted.map(\.key) == [nil, [1], [1], nil, [1], nil])
        #expect(scope.failures.isEmpty)
    }

    @Test func valuesLeaveAsJSONOrByTheirSerde() {
        let scope = FakeScope()
        let context = ServiceContext(scope.handle)
        context.emit(topic: "t", key: "k", value: Point(x: 1))
        context.emit(topic: "t", value: "text", serde: .text)
        #expect(scope.emitted.map { $0.value.map { String(decoding: $0, as: UTF8.self) } } == [#"{"x":1}"#, "text"])
    }
}

internal import CYAML

/// Owns one libyaml parser and the bytes that it reads. Pointers do not leave this type.
@safe struct YAMLParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// A parser at the beginning of a text in UTF-8, of which it keeps a copy.
    init(_ text: [UInt8]) {
        unsafe input = .allocate(capacity: text.count)
        _ = unsafe input.initialize(from: text)
        unsafe parser = .allocate(capacity: 1)
        let initialized = unsafe yaml_parser_initialize(parser)
        precondition(initialized == 1, "out of memory for a YAML parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event. Not to be called again after the end of the stream or an error.
    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { unsafe yaml_event_delete(&event) }
        var hasAnchor = false
        var hasTag = false
        let kind: YAMLEvent.Kind
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT: kind = .alias
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            hasAnchor = unsafe scalar.anchor != nil
            hasTag = unsafe scalar.tag != nil
            let text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            kind = .scalar(text, isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            hasAnchor = unsafe event.data.sequence_start.anchor != nil
            hasTag = unsafe event.data.sequence_start.tag != nil
            kind = .sequenceStart
        case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            hasAnchor = unsafe event.data.mapping_start.anchor != nil
            hasTag = unsafe event.data.mapping_start.tag != nil
            kind = .mappingStart
        case YAML_MAPPING_END_EVENT: kind = .mappingEnd
        default: kind = .streamEnd
        }
        return YAMLEvent(
            kind: kind, hasAnchor: hasAnchor, hasTag: hasTag, start: Self.position(unsafe event.start_mark),
            end: Self.position(unsafe event.end_mark))
    }

    private func syntaxError() -> YAMLSyntaxError {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "out of memory"
        guard unsafe parser.pointee.error != YAML_READER_ERROR else {
            return YAMLSyntaxError(
                position: position(ofByte: unsafe parser.pointee.problem_offset),
                message: "not YAML in UTF-8: \(problem)")
        }
        var message = "not valid YAML: \(problem)"
        if let context = unsafe parser.pointee.context {
            let line = unsafe parser.pointee.context_mark.line + 1
            message += ", \(unsafe String(cString: context)) (begun in line \(line))"
        }
        if let hint = Self.hints[problem] { message += "; \(hint)" }
        return YAMLSyntaxError(position: Self.position(unsafe parser.pointee.problem_mark), message: message)
    }

    /// What most often is behind one of libyaml's messages.
    private static let hints = [
        "mapping values are not allowed in this context":
            "check the indentation, and put quotes around a value that holds ': ' or ends with ':'",
        "found character that cannot start any token":
            "indent with spaces, not tabs, and put quotes around a value that begins with @, %, | or `",
        "did not find expected key": "check the indentation, and that each quote and bracket is closed",
        "could not find expected ':'": "write 'name: value', with a space after the colon",
        "found unexpected end of stream": "check that each quote and bracket is closed",
        "did not find expected alphabetic or numeric character":
            "put quotes around a value that begins with & or *",
    ]

    private static func position(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(line: mark.line + 1, column: mark.column + 1)
    }

    /// The place of a byte that libyaml could not read, for which it has an offset only.
    private func position(ofByte offset: Int) -> SourcePosition {
        var line = 1
        var column = 1
        for index in unsafe 0..<min(offset, input.count) {
            let byte = unsafe input[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourcePosition(line: line, column: column)
    }
}

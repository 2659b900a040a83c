import Foundation

extension Sample {
    func encode(to encoder: any Encoder) throws {
        func single(_ write: (inout any SingleValueEncodingContainer) throws -> Void) throws {
            var container = encoder.singleValueContainer()
            try write(&container)
        }
        switch (schema, content) {
        case (_, .none): try single { try $0.encodeNil() }
        case (.optional(let wrapped), _): try single { try $0.encode(Sample(wrapped, content)) }
        case (_, .bool(let value)): try single { try $0.encode(value) }
        case (.int, .integer(let value)): try single { try $0.encode(Int(value)) }
        case (.int8, .integer(let value)): try single { try $0.encode(Int8(value)) }
        case (.uint16, .integer(let value)): try single { try $0.encode(UInt16(value)) }
        case (.int64, .integer(let value)): try single { try $0.encode(Int64(value)) }
        case (_, .integer(let value)): try single { try $0.encode(value) }
        case (_, .unsigned(let value)): try single { try $0.encode(value) }
        case (_, .double(let value)): try single { try $0.encode(value) }
        case (_, .float(let value)): try single { try $0.encode(value) }
        case (_, .string(let value)): try single { try $0.encode(value) }
        case (_, .strings(let value)): try single { try $0.encode(value) }
        case (_, .date(let value)): try single { try $0.encode(value) }
        case (_, .uuid(let value)): try single { try $0.encode(value) }
        case (_, .url(let value)): try single { try $0.encode(value) }
        case (_, .data(let value)): try single { try $0.encode(value) }
        case (_, .decimal(let value)): try single { try $0.encode(value) }
        case (.array(let element), .list(let contents)):
            try single { try $0.encode(contents.map { Sample(element, $0) }) }
        case (.nestedArray(let element), .list(let contents)):
            var outer = encoder.container(keyedBy: AnyKey.self)
            var inner = outer.nestedUnkeyedContainer(forKey: AnyKey("list"))
            for content in contents { try inner.encode(Sample(element, content)) }
            try outer.encode(contents.count, forKey: AnyKey("count"))
        case (.object(let members), .members(let contents)):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (name, schema) in members {
                let content = contents[name] ?? .none
                if case .optional = schema {
                    try container.encodeIfPresent(
                        content == .none ? nil : Sample(schema, content), forKey: AnyKey(name))
                } else {
                    try container.encode(Sample(schema, content), forKey: AnyKey(name))
                }
            }
        case (.nested(let members), .members(let contents)):
            var outer = encoder.unkeyedContainer()
            var inner = outer.nestedContainer(keyedBy: AnyKey.self)
            for (name, schema) in members {
                try Sample(schema, contents[name] ?? .none).encode(to: inner.superEncoder(forKey: AnyKey(name)))
            }
            try outer.encode("after")
        case (.dictionary(let value), .members(let contents)):
            try single { try $0.encode(contents.mapValues { Sample(value, $0) }) }
        case (.numbered(let value), .numbered(let contents)):
            try single { try $0.encode(contents.mapValues { Sample(value, $0) }) }
        default:
            throw EncodingError.invalidValue(
                content,
                EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "no content of its schema"))
        }
    }

    init(from decoder: any Decoder) throws {
        guard let cursor = decoder.userInfo[.schema] as? SchemaCursor else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no schema"))
        }
        let schema = cursor.schema
        defer { cursor.schema = schema }
        func single() throws -> any SingleValueDecodingContainer { try decoder.singleValueContainer() }
        let content: Content
        switch schema {
        case .bool: content = .bool(try single().decode(Bool.self))
        case .int: content = .integer(Int128(try single().decode(Int.self)))
        case .int8: content = .integer(Int128(try single().decode(Int8.self)))
        case .uint16: content = .integer(Int128(try single().decode(UInt16.self)))
        case .int64: content = .integer(Int128(try single().decode(Int64.self)))
        case .uint64: content = .unsigned(try single().decode(UInt64.self))
        case .int128: content = .integer(try single().decode(Int128.self))
        case .double: content = .double(try single().decode(Double.self))
        case .float: content = .float(try single().decode(Float.self))
        case .string: content = .string(try single().decode(String.self))
        case .strings: content = .strings(try single().decode([String].self))
        case .date: content = .date(try single().decode(Date.self))
        case .uuid: content = .uuid(try single().decode(UUID.self))
        case .url: content = .url(try single().decode(URL.self))
        case .data: content = .data(try single().decode(Data.self))
        case .decimal: content = .decimal(try single().decode(Decimal.self))
        case .optional(let wrapped):
            cursor.schema = wrapped
            content = try single().decode(Sample?.self)?.content ?? .none
        case .array(let element):
            cursor.schema = element
            content = .list(try single().decode([Sample].self).map(\.content))
        case .nestedArray(let element):
            cursor.schema = element
            let outer = try decoder.container(keyedBy: AnyKey.self)
            var inner = try outer.nestedUnkeyedContainer(forKey: AnyKey("list"))
            var contents: [Content] = []
            while !inner.isAtEnd { contents.append(try inner.decode(Sample.self).content) }
            content = .list(contents)
        case .object(let members):
            let container = try decoder.container(keyedBy: AnyKey.self)
            var contents: [String: Content] = [:]
            for (name, schema) in members {
                if case .optional(let wrapped) = schema {
                    cursor.schema = wrapped
                    contents[name] =
                        try container.decodeIfPresent(Sample.self, forKey: AnyKey(name))?.content ?? Content.none
                } else {
                    cursor.schema = schema
                    contents[name] = try container.decode(Sample.self, forKey: AnyKey(name)).content
                }
            }
            content = .members(contents)
        case .nested(let members):
            var outer = try decoder.unkeyedContainer()
            let inner = try outer.nestedContainer(keyedBy: AnyKey.self)
            var contents: [String: Content] = [:]
            for (name, schema) in members {
                cursor.schema = schema
                contents[name] = try Sample(from: inner.superDecoder(forKey: AnyKey(name))).content
            }
            content = .members(contents)
        case .dictionary(let value):
            cursor.schema = value
            content = .members(try single().decode([String: Sample].self).mapValues(\.content))
        case .numbered(let value):
            cursor.schema = value
            content = .numbered(try single().decode([Int: Sample].self).mapValues(\.content))
        }
        self.init(schema, content)
    }
}

/// What `@JSON` cannot do.
extension Message {
    static func jsonOnReference(type: String, keyword: String) -> Self {
        Self(
            "@JSON reads and writes values; leave the \(keyword) '\(type)' to its 'Codable' conformance without @JSON, or make it a "
                + "struct")
    }

    static func jsonOnGeneric(type: String) -> Self {
        Self(
            "@JSON sees no types, and what the parameters of '\(type)' stand for decides how they are read; leave it to its 'Codable' "
                + "conformance without @JSON, or write a struct for each case")
    }

    static func jsonInsideGeneric(type: String, outer: String) -> Self {
        Self(
            "@JSON cannot extend '\(type)' inside the generic '\(outer)'; move it out, or leave it to 'Codable' without @JSON"
        )
    }

    static func ownCoding(type: String, function: String) -> Self {
        Self("'\(type)' has an \(function) of its own, which @JSON would pass over; keep one of both")
    }

    static func tooManyMembers(type: String, _ count: Int) -> Self {
        Self(
            "'\(type)' has \(count) members, and @JSON takes 128 at most; put some together into a struct, or leave it to 'Codable'"
        )
    }

    static var tuplePattern: Self { Self("@JSON reads properties one by one; declare each in a line of its own") }

    static func untypedMember(_ name: String) -> Self {
        Self("@JSON sees no types; write the type of '\(name)', as in 'var \(name): Int = 0'")
    }

    static func modifiedMember(_ name: String, _ modifier: String) -> Self {
        Self(
            "@JSON cannot read the \(modifier) property '\(name)'; leave it out of 'CodingKeys', or remove '\(modifier)'"
        )
    }

    static func wrappedMember(_ name: String, _ attribute: String) -> Self {
        Self(
            "@JSON does not see what @\(attribute) makes of '\(name)'; leave the type to its 'Codable' conformance without @JSON, or "
                + "remove '@\(attribute)'")
    }

    static var conditionalMember: Self {
        Self("@JSON sees a type before #if is decided; move what stands under it into a type of its own")
    }

    static func unknownRawType(type: String) -> Self {
        Self("@JSON does not know the raw type of '\(type)'; write it first, as in 'enum \(type): String, Codable'")
    }

    static func noCases(type: String) -> Self {
        Self("'\(type)' has no cases, so there is no value to read; remove '@JSON'")
    }

    static func caseWithoutKey(_ name: String) -> Self { Self("'\(name)' has no coding key; add 'case \(name)'") }

    static func defaultedValue(_ name: String) -> Self {
        Self("'Codable' has its own way with defaults of associated values; remove that of '\(name)', or the @JSON")
    }
}

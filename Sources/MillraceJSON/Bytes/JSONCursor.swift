/// Reads the tokens of a document one after the other, and checks them against RFC 8259.
///
/// A function that returns `false` has put the reason into ``problem``, with the place.
struct JSONCursor {
    let bytes: PaddedBytes
    let end: Int
    var position: Int
    var problem: JSONSyntaxProblem?

    /// A string's characters: from where to where, and what is among them.
    struct Text {
        var start = 0
        var end = 0
        var hasEscapes = false
        var isASCII = true
    }

    @inline(__always)
    init(_ bytes: PaddedBytes, from start: Int, to end: Int) {
        self.bytes = bytes
        self.end = end
        position = start
    }

    @inline(never)
    mutating func fail(_ reason: JSONSyntaxProblem.Reason, at offset: Int) -> Bool {
        if problem == nil { problem = JSONSyntaxProblem(reason: reason, offset: offset) }
        return false
    }

    /// Something else is needed here than what stands here.
    @inline(never)
    mutating func failExpecting(_ expected: String) -> Bool {
        if position >= end { return fail(.unexpectedEnd(expected: expected), at: end) }
        return fail(.unexpected(byte: bytes[position], expected: expected), at: position)
    }

    @inline(__always)
    mutating func skipWhitespace() {
        // Most documents have none, or one space.
        while bytes[position] <= 0x20 {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// Reads a string whose opening quote has been read, to behind its closing quote.
    @inline(__always)
    mutating func string(_ text: inout Text) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        text.start = position
        text.hasEscapes = false
        var at = position
        var seen: UInt64 = 0
        while true {
            let word = bytes.word(at)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // Of each of the three, the lowest byte that is marked is one; those above it may be marked in error.
            let special =
                ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word)
                & highs
            if special == 0 {
                seen |= word
                at &+= 8
                continue
            }
            let bit = special.trailingZeroBitCount
            seen |= word & ((1 &<< UInt64(truncatingIfNeeded: bit)) &- 1)
            at &+= bit &>> 3
            let byte = bytes[at]
            if byte == Byte.quote { break }
            guard byte == Byte.backslash else {
                if at >= end { return fail(.unexpectedEnd(expected: "the end of a string"), at: end) }
                return fail(.controlCharacter(byte), at: at)
            }
            text.hasEscapes = true
            guard escape(&at) else { return false }
        }
        text.end = at
        text.isASCII = seen & highs == 0
        position = at &+ 1
        return text.isASCII || checkUTF8(text)
    }

    /// Checks an escape at `at`, and moves behind it.
    private mutating func escape(_ at: inout Int) -> Bool {
        switch bytes[at &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
            return true
        case UInt8(ascii: "u"):
            guard let unit = unit(at + 2) else { return fail(.invalidEscape, at: at) }
            guard unit & 0xF800 == 0xD800 else {
                at += 6
                return true
            }
            guard unit < 0xDC00, bytes[at + 6] == Byte.backslash, bytes[at + 7] == UInt8(ascii: "u"),
                let low = self.unit(at + 8), low & 0xFC00 == 0xDC00
            else { return fail(.loneSurrogate, at: at) }
            at += 12
            return true
        default:
            if at + 1 >= end { return fail(.unexpectedEnd(expected: "the end of a string"), at: end) }
            return fail(.invalidEscape, at: at)
        }
    }

    /// Four hexadecimal digits. Reads no further than the first byte that is none.
    func unit(_ at: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in at..<at + 4 {
            let digit = Byte.hexadecimal(bytes[index])
            guard digit < 16 else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    @inline(never)
    private mutating func checkUTF8(_ text: Text) -> Bool {
        do {
            _ = unsafe try UTF8Span(validating: bytes.buffer(text.start, text.end - text.start).span)
            return true
        } catch {
            return fail(.invalidUTF8, at: text.start + error.byteOffsets.lowerBound)
        }
    }

    /// Moves behind a number. It is known to begin with a minus or a digit.
    @inline(__always)
    mutating func skipNumber() -> Bool {
        var at = position
        if bytes[at] == Byte.minus { at &+= 1 }
        let first = bytes[at] &- Byte.zero
        guard first < 10 else {
            position = at
            return failExpecting("a digit")
        }
        at &+= 1
        if first > 0 {
            while bytes[at] &- Byte.zero < 10 { at &+= 1 }
        }
        if bytes[at] == Byte.dot {
            at &+= 1
            guard bytes[at] &- Byte.zero < 10 else {
                position = at
                return failExpecting("a digit")
            }
            while bytes[at] &- Byte.zero < 10 { at &+= 1 }
        }
        if bytes[at] | 0x20 == UInt8(ascii: "e") {
            at &+= 1
            if bytes[at] == Byte.plus || bytes[at] == Byte.minus { at &+= 1 }
            guard bytes[at] &- Byte.zero < 10 else {
                position = at
                return failExpecting("a digit")
            }
            while bytes[at] &- Byte.zero < 10 { at &+= 1 }
        }
        position = at
        return true
    }

    /// Moves behind `true`, `false` or `null`, of which the first letter stands here.
    @inline(__always)
    mutating func literal(_ kind: inout JSONKind) -> Bool {
        let word = UInt32(truncatingIfNeeded: bytes.word(position))
        switch word {
        case 0x6575_7274:
            kind = .true
            position &+= 4
            return true
        case 0x6C6C_756E:
            kind = .null
            position &+= 4
            return true
        case 0x736C_6166 where bytes[position &+ 4] == UInt8(ascii: "e"):
            kind = .false
            position &+= 5
            return true
        default: return failExpecting("a value")
        }
    }

    /// Moves behind a value of any kind, which is checked but not kept.
    ///
    /// Containers that are open are kept as bits, so that depth costs no stack.
    mutating func skipValue(depth: Int) -> Bool {
        var text = Text()
        var kind = JSONKind.null
        var isObject = [Bool]()
        while true {
            skipWhitespace()
            switch bytes[position] {
            case Byte.quote:
                position += 1
                guard string(&text) else { return false }
            case Byte.openBrace, Byte.openBracket:
                let object = bytes[position] == Byte.openBrace
                guard depth + isObject.count < JSONLimits.maxDepth else { return fail(.tooDeep, at: position) }
                position += 1
                skipWhitespace()
                if bytes[position] == (object ? Byte.closeBrace : Byte.closeBracket) {
                    position += 1
                } else {
                    isObject.append(object)
                    if object, !key(&text) { return false }
                    continue
                }
            case Byte.minus, 0x30...0x39: guard skipNumber() else { return false }
            default: guard literal(&kind) else { return false }
            }
            closing: while true {
                guard let object = isObject.last else { return true }
                skipWhitespace()
                switch bytes[position] {
                case Byte.comma:
                    position += 1
                    if object, !key(&text) { return false }
                    break closing
                case object ? Byte.closeBrace : Byte.closeBracket:
                    position += 1
                    isObject.removeLast()
                default: return failExpecting(object ? "',' or '}'" : "',' or ']'")
                }
            }
        }
    }

    /// Reads a member's name and the colon behind it.
    @inline(__always)
    mutating func key(_ text: inout Text) -> Bool {
        skipWhitespace()
        guard bytes[position] == Byte.quote else { return failExpecting("a member's name in quotes") }
        position &+= 1
        guard string(&text) else { return false }
        if bytes[position] != Byte.colon {
            skipWhitespace()
            guard bytes[position] == Byte.colon else { return failExpecting("':'") }
        }
        position &+= 1
        return true
    }
}

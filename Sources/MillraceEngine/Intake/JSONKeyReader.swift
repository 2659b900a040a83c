import Foundation

/// Reads one member of a JSON value, as bytes for a routing key.
enum JSONKeyReader {
    /// Why there is no key.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The characters of a string, or the text of a number or a boolean.
    static func read(_ path: [JSONPathStep], in bytes: UnsafeRawBufferPointer) -> Result<[UInt8], Failure> {
        var value: Any
        do {
            value = try JSONSerialization.jsonObject(with: unsafe Data(bytes), options: .fragmentsAllowed)
        } catch {
            return .failure(Failure(description: "the value is no JSON"))
        }
        var place = "$"
        for step in path {
            let inner: Any?
            switch step {
            case .member(let name):
                place += ".\(name)"
                inner = (value as? [String: Any])?[name]
            case .element(let index):
                place += "[\(index)]"
                let elements = value as? [Any] ?? []
                inner = elements.indices.contains(index) ? elements[index] : nil
            }
            guard let inner else { return .failure(Failure(description: "the value has nothing at \(place)")) }
            value = inner
        }
        return switch value {
        case let text as String: .success(Array(text.utf8))
        case let number as NSNumber: .success(Array("\(number)".utf8))
        default:
            .failure(Failure(description: "at \(place) is neither a string nor a number nor a boolean"))
        }
    }
}

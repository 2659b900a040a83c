import Foundation
import TestKit

extension TemporaryDirectory {
    /// The files of the directory whose names end in `suffix`, in order.
    func files(_ suffix: String, under folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + folder).filter { $0.hasSuffix(suffix) }.sorted()
            .map { path + folder + "/" + $0 }
    }
}

/// Inverts the bits of a byte of a file; a negative place counts from the end.
func flipByte(of file: String, at place: Int) throws {
    var bytes = try Data(contentsOf: URL(filePath: file))
    bytes[place < 0 ? bytes.count + place : place] ^= 0xff
    try bytes.write(to: URL(filePath: file))
}

/// Cuts off the end of a file.
func cut(_ file: String, to count: Int) throws {
    let bytes = try Data(contentsOf: URL(filePath: file))
    try bytes.prefix(count).write(to: URL(filePath: file))
}

/// Puts zeros in the place of some bytes of a file.
func clear(_ file: String, _ places: Range<Int>) throws {
    var bytes = try Data(contentsOf: URL(filePath: file))
    bytes.replaceSubrange(places, with: Data(count: places.count))
    try bytes.write(to: URL(filePath: file))
}

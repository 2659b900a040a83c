import MillraceStore

extension Block {
    /// A block with the same number and only some of the rows, and no messages.
    static func keepingRows(of block: [UInt8], where isKept: (Family, UnsafeRawBufferPointer) -> Bool) -> [UInt8]? {
        unsafe block.withUnsafeBytes { bytes in
            guard let reader = try? unsafe Reader(bytes) else { return nil }
            let builder = BlockBuilder()
            unsafe builder.begin(number: reader.number)
            var isWhole = false
            do {
                try unsafe reader.forEachRow { row throws(StoreError) in
                    guard unsafe isKept(row.family, row.key) else { return }
                    unsafe builder.append(family: row.family.rawValue, key: row.key, value: row.value)
                }
                isWhole = true
            } catch {}
            return isWhole
                ? unsafe [UInt8](builder.finish(messages: UnsafeRawBufferPointer(start: nil, count: 0))) : nil
        }
    }
}

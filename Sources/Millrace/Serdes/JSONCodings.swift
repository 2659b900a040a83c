import MillraceJSON
import Synchronization

/// Which types' JSON is read and written how, found out once for each type.
///
/// A table that only grows: entries are published with a release store and never change, so readers take no lock. Where it is
/// full, the answer is found out anew each time.
enum JSONCodings {
    private typealias Slot = Atomic<UInt>

    /// An entry: the type, and behind it the coding.
    private struct Entry<Value> {
        let type: UInt
        let coding: any JSONCoding<Value>.Type
    }

    private static let slotCount = 4096
    private nonisolated(unsafe) static let slots: UnsafeMutablePointer<Slot> = {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: slotCount)
        for index in 0..<slotCount { unsafe (slots + index).initialize(to: Slot(0)) }
        return unsafe slots
    }()
    private static let adding = Mutex(())

    /// The coding of a type.
    @inline(__always)
    static func find<Value: Codable & SendableMetatype>(_ type: Value.Type) -> any JSONCoding<Value>.Type {
        let key = unsafe unsafeBitCast(ObjectIdentifier(type), to: UInt.self)
        let index = home(key)
        let address = unsafe slots[index].load(ordering: .acquiring)
        if address != 0, let entry = unsafe UnsafePointer<Entry<Value>>(bitPattern: address),
            unsafe entry.pointee.type == key
        {
            return unsafe entry.pointee.coding
        }
        return search(type, key)
    }

    @inline(__always)
    private static func home(_ key: UInt) -> Int { Int((key >> 4) ^ (key >> 16)) & (slotCount - 1) }

    @inline(never)
    private static func search<Value: Codable & SendableMetatype>(
        _ type: Value.Type, _ key: UInt
    ) -> any JSONCoding<Value>.Type {
        var index = home(key)
        for _ in 0..<slotCount / 4 {
            let address = unsafe slots[index].load(ordering: .acquiring)
            guard address != 0 else { return add(type, key) }
            if let entry = unsafe UnsafePointer<Entry<Value>>(bitPattern: address), unsafe entry.pointee.type == key {
                return unsafe entry.pointee.coding
            }
            index = (index + 1) & (slotCount - 1)
        }
        return make(type)
    }

    private static func add<Value: Codable & SendableMetatype>(
        _ type: Value.Type, _ key: UInt
    ) -> any JSONCoding<Value>.Type {
        let coding = make(type)
        adding.withLock { _ in
            var index = home(key)
            for _ in 0..<slotCount / 4 {
                let address = unsafe slots[index].load(ordering: .relaxed)
                if address == 0 {
                    let entry = UnsafeMutablePointer<Entry<Value>>.allocate(capacity: 1)
                    unsafe entry.initialize(to: Entry(type: key, coding: coding))
                    unsafe slots[index].store(UInt(bitPattern: entry), ordering: .releasing)
                    return
                }
                if let entry = unsafe UnsafePointer<UInt>(bitPattern: address), unsafe entry.pointee == key { return }
                index = (index + 1) & (slotCount - 1)
            }
        }
        return coding
    }

    /// Asks the type whether it reads and writes itself.
    private static func make<Value: Codable & SendableMetatype>(_ type: Value.Type) -> any JSONCoding<Value>.Type {
        if let marked = type as? any (JSONReadable & JSONWritable & SendableMetatype).Type {
            func direct<Marked: JSONReadable & JSONWritable & SendableMetatype>(_ type: Marked.Type) -> Any.Type {
                DirectJSON<Marked>.self
            }
            if let coding = direct(marked) as? any JSONCoding<Value>.Type { return coding }
        }
        return CodableJSON<Value>.self
    }
}

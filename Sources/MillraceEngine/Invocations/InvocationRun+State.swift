import Millrace
import MillraceProtocol
import MillraceStore

/// State: read from the shard's rows, changed in its open batch.
extension InvocationRun {
    @inline(__always)
    private func selectState(_ name: String) {
        if objectCount == 0 {
            objectKey.truncate(to: 2)
            unsafe withKey { unsafe objectKey.appendObject(service: handler?.service ?? "", key: $0) }
            objectCount = objectKey.count
        } else {
            objectKey.truncate(to: objectCount)
        }
        objectKey.append(name)
    }

    func readState(_ key: StateEntry, _ ticket: UInt64) throws -> UnsafeRawBufferPointer? {
        try check(ticket)
        let name = key.name
        if recorded.hasCommands { return try unsafe replayRead(name) }
        selectState(name)
        if try isExpired(key) {
            if log.isOn { unsafe log.read(name, nil, now: shard.now) }
            return nil
        }
        let value = try unsafe store.get(.state, objectKey.bytes, objectCount: objectCount)
        if log.isOn {
            unsafe log.read(name, value, now: shard.now)
            dependsOnBatch = max(dependsOnBatch, store.batchOfLastRead)
        }
        return unsafe value
    }

    func readState(_ key: StateEntry, coding: ObjectIdentifier, _ ticket: UInt64) throws -> StateReading {
        try check(ticket)
        let name = key.name
        if recorded.hasCommands {
            guard let bytes = try unsafe replayRead(name) else { return .absent }
            return unsafe .bytes(bytes)
        }
        selectState(name)
        if try isExpired(key) {
            if log.isOn { unsafe log.read(name, nil, now: shard.now) }
            return .absent
        }
        let found = try unsafe store.get(.state, objectKey.bytes, objectCount: objectCount) {
            StateValue.of($0).coding == coding
        }
        if log.isOn { dependsOnBatch = max(dependsOnBatch, store.batchOfLastRead) }
        if let decoded = unsafe found.decoded {
            let value = StateValue.of(decoded)
            if log.isOn { log.read(name, value, now: shard.now) }
            return .decoded(value)
        }
        if log.isOn { unsafe log.read(name, found.bytes, now: shard.now) }
        guard let bytes = unsafe found.bytes else { return .absent }
        return unsafe .bytes(bytes)
    }

    func keepState(_ value: StateValue, of bytes: UnsafeRawBufferPointer, _ ticket: UInt64) {
        guard ticket == self.ticket, isRunning, shard.executor.isCurrentThread else { return }
        unsafe store.keepDecoded(value, of: bytes, byteCount: value.byteCount)
    }

    func writeState(_ key: StateEntry, _ value: StateValue, maxBytes: Int, _ ticket: UInt64) throws {
        try check(ticket)
        let name = key.name
        guard maxBytes <= min(shard.limits.maxStateBytes, Self.laterBytes), name.utf8.count <= 1024,
            !recorded.hasCommands
        else {
            var bytes: [UInt8] = []
            try value.encode(into: &bytes)
            return try unsafe bytes.withUnsafeBytes { try unsafe writeState(key, $0, ticket) }
        }
        if log.isOn { log.set(name, value, now: shard.now) }
        selectState(name)
        try extendLife(key)
        unsafe store.putDecoded(
            .state, objectKey.bytes, value, byteCount: value.byteCount, objectCount: objectCount)
    }

    /// Values that may be larger become bytes at once: their decoded form would weigh too much beside them.
    private static let laterBytes = 1 << 20

    private func replayRead(_ name: String) throws -> UnsafeRawBufferPointer? {
        let key = Array(name.utf8)
        let command = try replay(GetEagerStateCommand(key: key, value: nil)) { $0.key == key }
        return unsafe command.value.map { unsafe shard.lend($0) }
    }

    func writeState(_ key: StateEntry, _ value: UnsafeRawBufferPointer, _ ticket: UInt64) throws {
        try check(ticket)
        let name = key.name
        guard value.count <= shard.limits.maxStateBytes else {
            throw ContextError.tooLarge(
                what: "the state value '\(name)'", bytes: value.count, limit: shard.limits.maxStateBytes)
        }
        guard name.utf8.count <= 1024 else {
            throw ContextError.tooLarge(what: "the name of a state value", bytes: name.utf8.count, limit: 1024)
        }
        if recorded.hasCommands {
            let key = Array(name.utf8)
            _ = try replay(SetStateCommand(key: key, value: [])) { $0.key == key }
            return
        }
        if log.isOn { unsafe log.set(name, value, now: shard.now) }
        selectState(name)
        try extendLife(key)
        unsafe store.put(.state, objectKey.bytes, value, objectCount: objectCount)
    }

    func clearState(_ name: String, _ ticket: UInt64) throws {
        try check(ticket)
        if recorded.hasCommands {
            let key = Array(name.utf8)
            _ = try command(ClearStateCommand(key: key))
            return
        }
        if log.isOn { unsafe log.set(name, nil, now: shard.now) }
        selectState(name)
        unsafe store.delete(.state, objectKey.bytes, objectCount: objectCount)
    }

    func clearAllState(_ ticket: UInt64) throws {
        try check(ticket)
        if try command(ClearAllStateCommand()) != nil { return }
        for key in try objectKeys() {
            unsafe key.withUnsafeBytes { unsafe store.delete(.state, $0, objectCount: objectCount) }
        }
    }

    func stateNames(_ ticket: UInt64) throws -> [String] {
        try check(ticket)
        if recorded.hasCommands {
            let command = try replay(GetEagerStateKeysCommand(keys: []), matches: { _ in true })
            return command.keys.map { String(decoding: $0, as: UTF8.self) }
        }
        let names = try objectKeys().map { Array($0[objectCount...]) }.sorted { $0.lexicographicallyPrecedes($1) }
        if log.isOn { note(GetEagerStateKeysCommand(keys: names)) }
        return names.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the selected value's time, or its object's, is over. The row is there until the timer has fired.
    @inline(__always)
    private func isExpired(_ key: StateEntry) throws -> Bool {
        guard key.expiresAfterMilliseconds > 0 || stateMilliseconds > 0 else { return false }
        return try shard.isExpired(objectKey, objectCount: objectCount)
    }

    /// The selected value, and its object, begin to last anew.
    @inline(__always)
    private func extendLife(_ key: StateEntry) throws {
        guard key.expiresAfterMilliseconds > 0 || stateMilliseconds > 0 else { return }
        try shard.extendLife(
            objectKey, objectCount: objectCount, valueMilliseconds: key.expiresAfterMilliseconds,
            objectMilliseconds: stateMilliseconds)
    }

    private func objectKeys() throws -> [[UInt8]] {
        selectState("")
        return try unsafe store.objectKeys(objectKey.bytes)
    }
}

extension StateValue {
    /// What a shard keeps decoded are state values, and nothing else.
    @inline(__always)
    static func of(_ object: AnyObject) -> StateValue { unsafe unsafeDowncast(object, to: StateValue.self) }

    /// How a shard's store makes bytes of what it keeps decoded.
    static func encode(_ object: AnyObject, into bytes: inout [UInt8]) {
        // Only what is sure to be writable is kept to be written later.
        do { try of(object).encode(into: &bytes) } catch {
            assertionFailure("a state value cannot be written: \(error)")
        }
    }
}

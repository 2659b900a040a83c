/// What a directory says about itself, fixed when it is created: its format, its number of shards.
extension RocksDisk {
    /// A fixed setting's value, or nil before it was set.
    package func fixedSetting(_ name: String) throws(StoreError) -> String? {
        try use { database throws(RocksFailure) in
            try unsafe database.text(database.handle(.meta), Self.settingKey(name))
        }
    }

    /// Sets a fixed setting, durably, or checks that it was set to the same value.
    ///
    /// - Throws: ``StoreError/settingFixed(directory:setting:stored:configured:)`` when it was set to another value.
    package func fix(_ name: String, as value: String) throws(StoreError) {
        if let stored = try fixedSetting(name) {
            if stored == value { return }
            throw .settingFixed(directory: directory, setting: name, stored: stored, configured: value)
        }
        let batch = makeBatch()
        let value = Array(value.utf8)
        unsafe Self.settingKey(name).withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in unsafe batch.put(.meta, key, value) }
        }
        try write(batch)
        try sync()
    }

    /// The row of family ``Family/meta`` that holds a fixed setting: a byte 255, so that it sorts after all shards, and the name.
    static func settingKey(_ name: String) -> [UInt8] { [0xff] + Array(name.utf8) }
}

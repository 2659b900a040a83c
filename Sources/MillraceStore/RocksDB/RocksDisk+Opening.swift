extension RocksDisk {
    /// Checks options as far as RocksDB does without a directory.
    ///
    /// - Throws: ``StoreError/invalidOption(name:reason:)`` for the first one that cannot be set.
    package static func check(_ options: RocksDiskOptions) throws(StoreError) {
        _ = try NativeOptions(options, directory: "/nonexistent", allowsTornLog: false)
    }

    /// Opens the data directory, and creates it, with the directories above it, if the options say so.
    ///
    /// Takes the time of reading the log. A log with a damaged place is opened only if nothing is lost that was durable.
    ///
    /// - Throws: any ``StoreError``. The directory is then as it was, apart from files that RocksDB cleans up by itself.
    package static func open(
        directory: String, options: RocksDiskOptions = RocksDiskOptions()
    ) throws(StoreError) -> RocksDisk {
        let native = try NativeOptions(options, directory: directory)
        if options.createIfMissing { try DataDirectory.create(directory) }
        let content = try DataDirectory.inspect(directory)
        if content == .database || options.createIfMissing { try DataDirectory.checkRoom(directory) }
        switch content {
        case .nothing where !options.createIfMissing:
            throw .notADataDirectory(directory: directory, reason: "it is empty")
        case .nothing:
            break
        case .database:
            try checkFamilies(directory: directory, options: native)
        }

        let mark = try SyncedMark(directory: directory)
        if content == .database { try LogOrder.enforce(in: directory) }
        let database: NativeDatabase
        do throws(RocksFailure) {
            database = try NativeDatabase(directory: directory, names: NativeDatabase.familyNames, options: native)
        } catch {
            let torn = try openTorn(directory: directory, options: options, because: error)
            return try finishOpening(torn, mark, directory: directory, options: options)
        }
        return try finishOpening(database, mark, directory: directory, options: options)
    }

    /// Opens a database whose log does not end as it should, provided that everything up to the mark is there.
    private static func openTorn(
        directory: String, options: RocksDiskOptions, because failure: RocksFailure
    ) throws(StoreError) -> NativeDatabase {
        let refusal = failure.storeError(directory: directory)
        guard case .damaged = refusal else { throw refusal }
        let tolerant = try NativeOptions(options, directory: directory, allowsTornLog: true)
        do throws(RocksFailure) {
            let trial = try NativeDatabase(
                directory: directory, names: NativeDatabase.familyNames, options: tolerant, readOnly: true)
            let recoverable = trial.latestSequence
            trial.close()
            guard let synced = SyncedMark.read(directory: directory), synced <= recoverable else { throw failure }
            return try NativeDatabase(directory: directory, names: NativeDatabase.familyNames, options: tolerant)
        } catch {
            throw error.storeError(directory: directory)
        }
    }

    /// Checks or writes what the directory says about itself, and makes it a disk.
    private static func finishOpening(
        _ database: NativeDatabase, _ mark: SyncedMark, directory: String, options: RocksDiskOptions
    ) throws(StoreError) -> RocksDisk {
        if let synced = SyncedMark.read(directory: directory), synced > database.latestSequence {
            let reason = "the log ends at write \(database.latestSequence), but write \(synced) was durable"
            database.close()
            throw .damaged(directory: directory, reason: reason)
        }
        let disk = RocksDisk(directory: directory, database: database, mark: mark, options: options)
        do throws(StoreError) {
            if let found = try disk.fixedSetting("format") {
                try checkFormat(found, directory: directory)
            } else if try disk.use({ database throws(RocksFailure) in try database.isEmpty() }) {
                try disk.fix("format", as: "\(format)")
            } else {
                throw StoreError.damaged(directory: directory, reason: "it has rows but no format version")
            }
        } catch {
            disk.close()
            throw error
        }
        return disk
    }

    private static func checkFormat(_ found: String, directory: String) throws(StoreError) {
        guard let found = Int(found), found > 0 else {
            throw .damaged(directory: directory, reason: "its format version is “\(found)”")
        }
        if found > format { throw .newerFormat(directory: directory, found: found, supported: format) }
    }

    /// Checks, without writing, that a database is Millrace's and not of a newer version, by its families.
    private static func checkFamilies(directory: String, options: NativeOptions) throws(StoreError) {
        let found = try RocksFailure.explained(directory) { () throws(RocksFailure) in
            try NativeDatabase.listFamilies(directory: directory, options: options)
        }
        let known = found.filter(NativeDatabase.familyNames.contains)
        if known.count == found.count && known.count == NativeDatabase.familyNames.count { return }

        let database = try RocksFailure.explained(directory) { () throws(RocksFailure) in
            try NativeDatabase(directory: directory, names: known, options: options, readOnly: true)
        }
        defer { database.close() }
        if let foreign = found.first(where: { !known.contains($0) }) {
            if let meta = known.firstIndex(of: Family.meta.name) {
                let format = try RocksFailure.explained(directory) { () throws(RocksFailure) in
                    try unsafe database.text(database.handles[meta], settingKey("format"))
                }
                if let format { try checkFormat(format, directory: directory) }
            }
            throw .notADataDirectory(
                directory: directory, reason: "it is a RocksDB database with a column family “\(foreign)”")
        }
        // A creation that was interrupted has some of the families, and no rows.
        let isEmpty = try RocksFailure.explained(directory) { () throws(RocksFailure) in try database.isEmpty() }
        if !isEmpty {
            throw .notADataDirectory(
                directory: directory, reason: "it is a RocksDB database without Millrace's column families")
        }
    }
}

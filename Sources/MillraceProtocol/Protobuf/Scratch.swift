internal import CRecords

/// The memory of one message on its way into or out of libprotobuf-c: what is taken from it is given back all at once.
///
/// It begins with a block that its maker lends, usually of the stack, so that a small message allocates nothing.
@safe
struct Scratch: ~Copyable {
    /// What one message may take beyond its own bytes: a message of many empty parts grows fifty-fold in memory, and a
    /// peer must not be able to make use of that.
    static let decodingAllowance = 64 << 20

    private var next: UnsafeMutableRawPointer
    private var left: Int
    private var budget: Int
    private var blocks: [UnsafeMutableRawPointer] = unsafe []

    private static let alignment = 16
    private static let blockBytes = 4096

    /// - Parameters:
    ///   - first: memory that outlives this, aligned to 16 bytes.
    ///   - budget: how many bytes may be taken beyond `first`.
    init(first: UnsafeMutableRawBufferPointer, budget: Int) {
        if let start = first.baseAddress {
            unsafe next = start
            left = first.count & ~(Self.alignment - 1)
        } else {
            unsafe next = UnsafeMutableRawPointer.allocate(byteCount: Self.blockBytes, alignment: Self.alignment)
            left = Self.blockBytes
            unsafe blocks = [next]
        }
        self.budget = budget
    }

    deinit {
        for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
    }

    /// Memory for `count` bytes, aligned to 16; `nil` where that is more than the budget has left.
    @inline(__always)
    mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count >= 0, count <= left else { return unsafe allocateBlock(count) }
        let start = unsafe next
        let rounded = (count + Self.alignment - 1) & ~(Self.alignment - 1)
        unsafe next = start + rounded
        left -= rounded
        return unsafe start
    }

    @inline(never)
    private mutating func allocateBlock(_ count: Int) -> UnsafeMutableRawPointer? {
        guard count >= 0, count <= budget else { return nil }
        let rounded = (count + Self.alignment - 1) & ~(Self.alignment - 1)
        let size = max(Self.blockBytes, rounded)
        budget -= size
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.alignment)
        unsafe blocks.append(block)
        // What is larger than a block has one of its own, and leaves the open block as it is.
        if size > Self.blockBytes { return unsafe block }
        unsafe next = block + rounded
        left = size - rounded
        return unsafe block
    }

    /// Memory that the budget of an encoder, which has no limit, always gives.
    private mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        guard let start = unsafe allocate(count) else { preconditionFailure("an encoder's memory has no limit") }
        return unsafe start
    }

    /// Memory for one `T`, not initialised.
    @inline(__always)
    mutating func make<T>(_: T.Type) -> UnsafeMutablePointer<T> {
        unsafe take(MemoryLayout<T>.size).bindMemory(to: T.self, capacity: 1)
    }

    /// Memory for `count` values, not initialised.
    mutating func makeArray<T>(of _: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        unsafe take(MemoryLayout<T>.stride * count).bindMemory(to: T.self, capacity: count)
    }
}

// What the messages' C structs are made of.
extension Scratch {
    @inline(__always)
    mutating func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        unsafe bytes.withUnsafeBytes { unsafe copy($0) }
    }

    @inline(__always)
    mutating func text(_ text: String) -> ProtobufCBinaryData {
        var text = text
        return text.withUTF8 { unsafe copy(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    private mutating func copy(_ source: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
        guard let start = source.baseAddress, source.count > 0 else {
            return unsafe ProtobufCBinaryData(len: 0, data: nil)
        }
        let target = unsafe take(source.count)
        unsafe target.copyMemory(from: start, byteCount: source.count)
        return unsafe ProtobufCBinaryData(
            len: source.count, data: target.assumingMemoryBound(to: UInt8.self))
    }

    mutating func texts(_ texts: [String]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
        if texts.isEmpty { return nil }
        let array = unsafe makeArray(of: ProtobufCBinaryData.self, count: texts.count)
        for (index, text) in texts.enumerated() { unsafe array[index] = self.text(text) }
        return unsafe array
    }

    mutating func numbers(_ numbers: [UInt32]) -> UnsafeMutablePointer<UInt32>? {
        if numbers.isEmpty { return nil }
        let array = unsafe makeArray(of: UInt32.self, count: numbers.count)
        for (index, number) in numbers.enumerated() { unsafe array[index] = number }
        return unsafe array
    }

    mutating func void() -> UnsafeMutablePointer<Millrace__Void> {
        let raw = unsafe make(Millrace__Void.self)
        unsafe millrace__void__init(raw)
        return unsafe raw
    }

    mutating func value(_ content: [UInt8]) -> UnsafeMutablePointer<Millrace__Value> {
        let raw = unsafe make(Millrace__Value.self)
        unsafe millrace__value__init(raw)
        unsafe raw.pointee.content = bytes(content)
        return unsafe raw
    }

    mutating func failure(_ failure: Failure) -> UnsafeMutablePointer<Millrace__Failure> {
        let raw = unsafe make(Millrace__Failure.self)
        unsafe millrace__failure__init(raw)
        unsafe raw.pointee.code = failure.code
        unsafe raw.pointee.message = text(failure.message)
        if failure.metadata.isEmpty { return unsafe raw }
        let array = unsafe makeArray(
            of: UnsafeMutablePointer<Millrace__FailureMetadata>?.self, count: failure.metadata.count)
        for (index, entry) in failure.metadata.enumerated() {
            let item = unsafe make(Millrace__FailureMetadata.self)
            unsafe millrace__failure_metadata__init(item)
            unsafe item.pointee.key = text(entry.key)
            unsafe item.pointee.value = text(entry.value)
            unsafe array[index] = item
        }
        unsafe raw.pointee.n_metadata = failure.metadata.count
        unsafe raw.pointee.metadata = array
        return unsafe raw
    }

    mutating func headers(_ headers: [Header]) -> UnsafeMutablePointer<UnsafeMutablePointer<Millrace__Header>?>? {
        if headers.isEmpty { return nil }
        let array = unsafe makeArray(of: UnsafeMutablePointer<Millrace__Header>?.self, count: headers.count)
        for (index, header) in headers.enumerated() {
            let item = unsafe make(Millrace__Header.self)
            unsafe millrace__header__init(item)
            unsafe item.pointee.key = text(header.key)
            unsafe item.pointee.value = text(header.value)
            unsafe array[index] = item
        }
        return unsafe array
    }

    mutating func stateKeys(_ keys: [[UInt8]]) -> UnsafeMutablePointer<Millrace__StateKeys> {
        let raw = unsafe make(Millrace__StateKeys.self)
        unsafe millrace__state_keys__init(raw)
        if keys.isEmpty { return unsafe raw }
        let array = unsafe makeArray(of: ProtobufCBinaryData.self, count: keys.count)
        for (index, key) in keys.enumerated() { unsafe array[index] = bytes(key) }
        unsafe raw.pointee.n_keys = keys.count
        unsafe raw.pointee.keys = array
        return unsafe raw
    }

    mutating func workflow(_ target: WorkflowTarget) -> UnsafeMutablePointer<Millrace__WorkflowTarget> {
        let raw = unsafe make(Millrace__WorkflowTarget.self)
        unsafe millrace__workflow_target__init(raw)
        unsafe raw.pointee.workflow_name = text(target.name)
        unsafe raw.pointee.workflow_key = text(target.key)
        if let scope = target.scope {
            unsafe raw.pointee.has_scope_case = MILLRACE__WORKFLOW_TARGET__HAS_SCOPE_SCOPE
            unsafe raw.pointee.scope = text(scope)
        }
        return unsafe raw
    }

    mutating func idempotentRequest(
        _ target: IdempotentRequestTarget
    ) -> UnsafeMutablePointer<Millrace__IdempotentRequestTarget> {
        let raw = unsafe make(Millrace__IdempotentRequestTarget.self)
        unsafe millrace__idempotent_request_target__init(raw)
        unsafe raw.pointee.service_name = text(target.serviceName)
        if let key = target.serviceKey {
            unsafe raw.pointee.has_service_key_case = MILLRACE__IDEMPOTENT_REQUEST_TARGET__HAS_SERVICE_KEY_SERVICE_KEY
            unsafe raw.pointee.service_key = text(key)
        }
        unsafe raw.pointee.handler_name = text(target.handlerName)
        unsafe raw.pointee.idempotency_key = text(target.idempotencyKey)
        if let scope = target.scope {
            unsafe raw.pointee.has_scope_case = MILLRACE__IDEMPOTENT_REQUEST_TARGET__HAS_SCOPE_SCOPE
            unsafe raw.pointee.scope = text(scope)
        }
        return unsafe raw
    }

    mutating func future(_ tree: FutureTree) -> UnsafeMutablePointer<Millrace__Future> {
        let raw = unsafe make(Millrace__Future.self)
        unsafe millrace__future__init(raw)
        unsafe raw.pointee.n_waiting_completions = tree.completions.count
        unsafe raw.pointee.waiting_completions = numbers(tree.completions)
        unsafe raw.pointee.n_waiting_signals = tree.signals.count
        unsafe raw.pointee.waiting_signals = numbers(tree.signals)
        unsafe raw.pointee.n_waiting_named_signals = tree.namedSignals.count
        unsafe raw.pointee.waiting_named_signals = texts(tree.namedSignals)
        unsafe raw.pointee.combinator_type = tree.combinator.rawValue
        if tree.nested.isEmpty { return unsafe raw }
        let array = unsafe makeArray(of: UnsafeMutablePointer<Millrace__Future>?.self, count: tree.nested.count)
        for (index, nested) in tree.nested.enumerated() { unsafe array[index] = future(nested) }
        unsafe raw.pointee.n_nested_futures = tree.nested.count
        unsafe raw.pointee.nested_futures = array
        return unsafe raw
    }
}

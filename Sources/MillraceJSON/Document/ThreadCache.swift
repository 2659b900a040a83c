import Glibc

/// One object a thread, which is taken out while it is in use and put back for the next use.
///
/// Who comes while it is out (a decoding within a decoding, say) makes an object of its own.
@safe struct ThreadCache<Value: AnyObject>: Sendable {
    private let key: pthread_key_t

    init() {
        var key = pthread_key_t()
        // There are 1024 keys a process, and this takes two. Without one there is nothing to be taken, ever.
        let failed = unsafe pthread_key_create(&key) { pointer in
            if let pointer = unsafe pointer { unsafe Unmanaged<AnyObject>.fromOpaque(pointer).release() }
        }
        self.key = failed == 0 ? key : .max
    }

    @inline(__always)
    func take() -> Value? {
        guard let pointer = unsafe pthread_getspecific(key) else { return nil }
        pthread_setspecific(key, nil)
        return unsafe Unmanaged<Value>.fromOpaque(pointer).takeRetainedValue()
    }

    @inline(__always)
    func put(_ value: consuming Value) {
        let pointer = unsafe Unmanaged.passRetained(value).toOpaque()
        guard unsafe pthread_getspecific(key) == nil, unsafe pthread_setspecific(key, pointer) == 0 else {
            unsafe Unmanaged<Value>.fromOpaque(pointer).release()
            return
        }
    }
}

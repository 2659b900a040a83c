/// Calls a C function that writes the reason of its failure into a buffer, and returns that reason as well.
func withErrorText<Result>(
    _ body: (_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Result
) -> (result: Result, text: String) {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        unsafe buffer.initialize(repeating: 0)
        guard let start = buffer.baseAddress else { preconditionFailure("a buffer of 512 bytes has an address") }
        let result = unsafe body(start, buffer.count)
        return unsafe (result, String(cString: UnsafePointer(start)))
    }
}

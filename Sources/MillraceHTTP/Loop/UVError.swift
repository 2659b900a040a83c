import CUV

/// An error code of libuv.
struct UVError: Error, Equatable, CustomStringConvertible {
    let code: Int32

    init(code: Int32) { self.code = code }
    init(_ code: uv_errno_t) { self.code = code.rawValue }

    /// Throws where `result` is an error.
    static func check(_ result: Int32) throws(UVError) {
        if result < 0 { throw UVError(code: result) }
    }

    /// The error's name and libuv's words for it.
    var description: String {
        guard let name = unsafe uv_err_name(code), let text = unsafe uv_strerror(code) else { return "error \(code)" }
        return unsafe "\(String(cString: name)): \(String(cString: text))"
    }
}

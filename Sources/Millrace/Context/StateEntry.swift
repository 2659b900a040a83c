/// What the engine knows of a state key: its name, and how long a value lasts.
package struct StateEntry: Sendable {
    package let name: String
    /// How long after it was set last a value is gone; 0 for never.
    package let expiresAfterMilliseconds: Int64

    package init(_ name: String, expiresAfter: Duration? = nil) {
        self.name = name
        expiresAfterMilliseconds = expiresAfter.map { max(1, $0.wholeMilliseconds) } ?? 0
    }
}

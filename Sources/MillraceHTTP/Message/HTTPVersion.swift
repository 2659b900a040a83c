/// The version of the protocol that a request came by.
package enum HTTPVersion: Hashable, Sendable {
    case http10
    case http11
}

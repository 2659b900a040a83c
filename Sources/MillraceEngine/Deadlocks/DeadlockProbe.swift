import Millrace

/// A search for invocations that wait for each other in a ring, on its way along what they wait for, from shard to shard: the edge
/// chasing of Chandy, Misra and Haas.
///
/// It begins at an invocation that holds its key, waits for calls, and has others behind it. Each hop is a holder and a call that it
/// cannot go on without; the call has started, and holds its own key, or it stands in line behind the next holder. A probe that comes
/// back to where it began has seen each hop by itself, and not all at one time; so it goes round a second time. What it finds
/// unchanged then was there, all of it, between the two rounds: a call ends once, and its caller waits until then.
///
/// Probes are no part of any batch: one that is lost in a crash is sent again, as long as somebody waits.
struct DeadlockProbe: Sendable {
    /// A holder, and what it waits for.
    struct Hop: Sendable {
        let holder: InvocationID
        let call: InvocationID
        /// Which of the holder's waits the call completes.
        let completion: UInt32
        // What the call's shard knows of it.
        var service = ""
        var handler = ""
        var key: [UInt8] = []
        var createdMilliseconds: Int64 = 0
        /// Whether the call stands in line, so that it can fail without anything having been done.
        var isQueued = false

        /// Whether the call was made before another one.
        func isOlder(than other: Hop) -> Bool {
            if createdMilliseconds != other.createdMilliseconds {
                return createdMilliseconds < other.createdMilliseconds
            }
            return call.bytes.lexicographicallyPrecedes(other.call.bytes)
        }
    }

    enum Phase: Sendable {
        /// The last hop's call is to be looked at.
        case searching
        /// The ring is closed; the call of that hop is to be looked at once more.
        case confirming(Int)
        /// The ring stands; the call of that hop, the youngest of those in line, is the one that fails.
        case found(Int)
    }

    /// A holder that a search has come to.
    struct Visit: Hashable {
        let initiator: InvocationID
        let round: UInt64
        let holder: InvocationID
    }

    /// Longer rings are not looked for.
    static let maxHops = 64

    let initiator: InvocationID
    /// Tells the searches of one initiator apart.
    let round: UInt64
    var hops: [Hop]
    var phase = Phase.searching

    /// The holder that the call of a hop waits for, or is.
    func holder(after hop: Int) -> InvocationID { hop + 1 < hops.count ? hops[hop + 1].holder : initiator }

    /// The ring, for people.
    var words: String {
        hops.indices.map { at in
            let hop = hops[at]
            let place = hop.isQueued ? ", which stands in line behind \(holder(after: at))" : ""
            return
                "\(hop.holder) waits for \(hop.call), a call to \(hop.service)/\(hop.handler) of key '\(ObjectKey(hop.key))'\(place)"
        }.joined(separator: "; ")
    }
}

/// A call that an invocation cannot go on without, whatever else happens.
struct NeededCall: Sendable, Equatable {
    let id: InvocationID
    let completion: UInt32
}

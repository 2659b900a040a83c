import Millrace

/// A search for invocations that wait for each other in a ring, on its way along what they wait for, from shard to shard: the edge
/// chasing of Chandy, Misra and Haas.
///
/// It begins at an invocation that waits for others, by calls or by attaching to them, and for which others may wait: they stand behind it,
/// or have attached to it. Each hop is a holder and an invocation that it cannot go on without; that has started, and is the next holder
/// itself, or it stands in line behind the next holder. A probe that comes back to where it began has seen each hop by itself, and not all
/// at one time; so it goes round a second time. What it finds unchanged then was there, all of it, between the two rounds: an invocation
/// ends once, and who waits for it waits until then.
///
/// Probes are no part of any batch: one that is lost in a crash is sent again, as long as somebody waits.
struct DeadlockProbe: Sendable {
    /// A holder, and what it waits for.
    struct Hop: Sendable {
        let holder: InvocationID
        let needed: NeededInvocation
        // What the needed invocation's shard knows of it.
        var service = ""
        var handler = ""
        var key: [UInt8] = []
        var createdMilliseconds: Int64 = 0
        /// Whether it stands in line.
        var isQueued = false
        /// Whether the holder did not make it, but joined those who wait for it: by attaching, or by the same idempotency key.
        var isJoined = false

        /// Who gets the result of what is needed.
        var target: ResponseTarget {
            .invocation(holder, Completion(number: needed.completion, kind: needed.kind))
        }

        /// Whether what is needed was made before what another hop needs.
        func isOlder(than other: Hop) -> Bool {
            if createdMilliseconds != other.createdMilliseconds {
                return createdMilliseconds < other.createdMilliseconds
            }
            return needed.id.bytes.lexicographicallyPrecedes(other.needed.id.bytes)
        }
    }

    enum Phase: Sendable {
        /// What the last hop needs is to be looked at.
        case searching
        /// The ring is closed; what that hop needs is to be looked at once more.
        case confirming(Int)
        /// The ring stands; that hop's wait is the one that fails.
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

    /// The holder that what a hop needs waits for, or is.
    func holder(after hop: Int) -> InvocationID { hop + 1 < hops.count ? hops[hop + 1].holder : initiator }

    /// The hop whose wait can fail without anything having been done for it, the same one whoever finds the ring: the youngest of the calls
    /// that stand in line; where there is none, the one that has joined the youngest invocation.
    var victim: Int? {
        let calls = hops.indices.filter { hops[$0].isQueued && !hops[$0].isJoined }
        let candidates = calls.isEmpty ? hops.indices.filter { hops[$0].isJoined } : calls
        return candidates.max { hops[$0].isOlder(than: hops[$1]) }
    }

    /// The ring, for people.
    var words: String {
        hops.indices.map { at in
            let hop = hops[at]
            let place = hop.isQueued ? ", which stands in line behind \(holder(after: at))" : ""
            let what = hop.needed.kind == .attach ? "to which it has attached, of" : "a call to"
            return
                "\(hop.holder) waits for \(hop.needed.id), \(what) \(hop.service)/\(hop.handler) of key '\(ObjectKey(hop.key))'\(place)"
        }.joined(separator: "; ")
    }
}

/// An invocation that another one cannot go on without, whatever else happens.
struct NeededInvocation: Sendable, Equatable {
    let id: InvocationID
    /// Which of the other one's waits it completes.
    let completion: UInt32
    /// Whether it was called or attached to.
    let kind: Completion.Kind

    /// Whether the other one may not have made it, so that it may be older.
    var mayBeJoined: Bool { kind == .attach || id.isDerived }
}

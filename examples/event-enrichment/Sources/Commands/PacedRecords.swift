import Glibc
import MillraceKafka

/// Records that are to be had no faster than so many a second: asking for one too early waits.
struct PacedRecords<Base: Sequence>: Sequence, IteratorProtocol where Base.Element == KafkaProbe.Record {
    private var base: Base.Iterator
    private let millisecondsApart: Double
    private var due = MonotonicClock.milliseconds

    init(_ base: Base, perSecond: Int) {
        self.base = base.makeIterator()
        millisecondsApart = 1000 / Double(perSecond)
    }

    mutating func next() -> KafkaProbe.Record? {
        let early = due - MonotonicClock.milliseconds
        if early > 0 { usleep(UInt32(early * 1000)) }
        due += millisecondsApart
        return base.next()
    }
}

import MillraceKafka

/// Events of made-up users, as they would come from an application.
enum SampleEvents {
    static let userTopic = "user-events"
    static let featureTopic = "feature-events"
    static let enrichedTopic = "enriched"
    static let topics = [userTopic, featureTopic, enrichedTopic]
    /// How many partitions a topic gets.
    static let partitions = 4

    private static let names = ["Ada", "Grace", "Edsger", "Barbara", "Leslie"]
    private static let features = ["search", "export", "share", "undo", "print", "zoom", "sort", "filter"]

    /// A user by a number; the first few have names of their own.
    static func user(_ number: Int) -> UserEvent {
        if number < names.count { return UserEvent(userId: names[number].lowercased(), name: names[number]) }
        return UserEvent(userId: "user-\(number)", name: "User \(number)")
    }

    /// The record of a user event, keyed by the user's id.
    static func record(_ event: UserEvent) -> KafkaProbe.Record {
        KafkaProbe.Record(key: event.userId, value: #"{"userId":"\#(event.userId)","name":"\#(event.name)"}"#)
    }

    /// The record of a user's feature event. It has no key: the subscription finds it in the value, at `$.user.id`.
    static func featureRecord(user number: Int, feature: Int) -> KafkaProbe.Record {
        let value =
            #"{"user":{"id":"\#(user(number).userId)"},"feature":"\#(features[(number + feature) % features.count])"}"#
        // All events of one user go to one partition, so that they keep their order.
        return KafkaProbe.Record(
            key: nil, value: Array(value.utf8), partition: Int32(number % partitions))
    }
}

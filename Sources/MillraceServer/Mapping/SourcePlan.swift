import MillraceConfiguration

/// Which sources read which subscriptions: a cluster has one source, and one more for each topic that is subscribed again.
struct SourcePlan: Equatable {
    /// A source that reads topics of one cluster, each for one subscription.
    struct Kafka: Equatable {
        /// The cluster's name.
        let cluster: String
        /// The consumer group, different for each source of a cluster.
        let groupID: String
        /// The topics with the places of their subscriptions in the configuration.
        var topics: [Topic]
    }

    struct Topic: Equatable {
        let topic: String
        let subscription: Int
    }

    /// A source that reads lines.
    struct Lines: Equatable {
        /// The file, or `nil` for standard input.
        let path: String?
        let subscription: Int
    }

    private(set) var kafka: [Kafka] = []
    private(set) var lines: [Lines] = []
    /// Subscriptions that are known and not read.
    private(set) var paused: [Int] = []

    /// Whether every source comes to an end by itself.
    var isFinite: Bool { kafka.isEmpty && !lines.isEmpty }

    init(_ configuration: Configuration) {
        for (index, subscription) in configuration.subscriptions.enumerated() {
            if subscription.paused {
                paused.append(index)
                continue
            }
            switch subscription.source {
            case .file(let path): lines.append(Lines(path: path, subscription: index))
            case .standardInput: lines.append(Lines(path: nil, subscription: index))
            case .kafka(let cluster, let topic):
                add(Topic(topic: topic, subscription: index), of: cluster, configuration.kafka)
            }
        }
    }

    private mutating func add(_ topic: Topic, of cluster: String, _ clusters: KafkaConfiguration) {
        let free = kafka.indices.first { index in
            kafka[index].cluster == cluster && !kafka[index].topics.contains { $0.topic == topic.topic }
        }
        if let free {
            kafka[free].topics.append(topic)
        } else {
            let group = clusters.cluster(named: cluster)?.groupID ?? KafkaCluster.standardGroupID
            let number = kafka.count { $0.cluster == cluster } + 1
            kafka.append(
                Kafka(cluster: cluster, groupID: number == 1 ? group : "\(group)-\(number)", topics: [topic]))
        }
    }
}

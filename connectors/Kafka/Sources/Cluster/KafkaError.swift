/// What went wrong with a Kafka cluster. Its description is safe to log: it names properties and never shows their values.
package enum KafkaError: Error, Equatable, CustomStringConvertible {
    /// librdkafka knows no such property.
    case unknownProperty(cluster: String, property: String, reason: String)
    /// librdkafka does not take the property's value, or a necessary property is missing.
    case invalidProperty(cluster: String, property: String, reason: String)
    /// The engine needs the property as it is.
    case reservedProperty(cluster: String, property: String, reason: String)
    /// The properties do not go together, or a file that they name cannot be read.
    case cannotCreateClient(cluster: String, reason: String)
    /// A request failed; `code` is librdkafka's name for the error.
    case requestFailed(cluster: String, request: String, code: String, reason: String)
    /// The system gave no thread or no file descriptor.
    case system(reason: String)

    package var description: String {
        switch self {
        case .unknownProperty(let cluster, let property, let reason):
            "kafka cluster '\(cluster)': there is no property '\(property)' (\(reason))"
        case .invalidProperty(let cluster, let property, let reason):
            "kafka cluster '\(cluster)': property '\(property)': \(reason)"
        case .reservedProperty(let cluster, let property, let reason):
            "kafka cluster '\(cluster)': property '\(property)' cannot be set: \(reason)"
        case .cannotCreateClient(let cluster, let reason):
            "kafka cluster '\(cluster)': no client can be made with these properties: \(reason)"
        case .requestFailed(let cluster, let request, let code, let reason):
            "kafka cluster '\(cluster)': \(request) failed: \(reason) (\(code))"
        case .system(let reason): reason
        }
    }
}

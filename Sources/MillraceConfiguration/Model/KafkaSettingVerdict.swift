/// What librdkafka, or the connector, says to a setting of a cluster.
public enum KafkaSettingVerdict: Sendable, Equatable {
    /// It takes the setting.
    case accepted
    /// It knows no setting of that name.
    case unknown
    /// It does not take that value, and says why. The reason is not shown when the value is a secret.
    case refused(reason: String)
    /// It is Millrace's to set; why.
    case reserved(reason: String)
}

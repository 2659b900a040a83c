import MillraceConfiguration

/// The configuration of a text that is right.
func configuration(
    _ text: String, _ environment: Environment = [:], services: [ServiceSummary]? = nil
) throws -> Configuration {
    try ConfigurationReader.read(text: text, file: "m.yaml", environment: environment, services: services).get()
}

/// What is wrong with a text: a line a problem.
func problems(
    _ text: String, _ environment: Environment = [:], services: [ServiceSummary]? = nil,
    kafkaSetting: ((String, String) -> KafkaSettingVerdict)? = nil
) -> [String] {
    problems(Array(text.utf8), environment, services: services, kafkaSetting: kafkaSetting)
}

/// What is wrong with bytes: a line a problem.
func problems(
    _ bytes: [UInt8], _ environment: Environment = [:], services: [ServiceSummary]? = nil,
    kafkaSetting: ((String, String) -> KafkaSettingVerdict)? = nil
) -> [String] {
    let result = ConfigurationReader.read(
        bytes: bytes, file: "m.yaml", environment: environment, services: services, kafkaSetting: kafkaSetting)
    switch result {
    case .success: return []
    case .failure(let invalid): return invalid.problems.map(\.description)
    }
}

extension Configuration {
    /// Checks what the options say together, and against what an application offers.
    ///
    /// ``ConfigurationReader`` does the same, together with all else, when it is given the services; this is for
    /// configurations that were made or changed in code. It reports unknown clusters, services and handlers, keyed services
    /// without a key, and subscriptions or schedules with the same name, or subscriptions with the same source and sink.
    /// - Parameters:
    ///   - services: what the application offers.
    ///   - kafkaSetting: what librdkafka says to a setting's name and value, or `nil` to leave that out.
    /// - Returns: the problems in the file's order, with their places where a file was read; none when all is right.
    public func validate(
        against services: [ServiceSummary],
        kafkaSetting: ((_ name: String, _ value: String) -> KafkaSettingVerdict)? = nil
    ) -> [ConfigurationProblem] {
        let drafts = subscriptions.enumerated().map {
            SubscriptionDraft($0.element, path: "subscriptions[\($0.offset)]")
        }
        let check = ConfigurationCheck(
            clusters: kafka.clusters, subscriptions: drafts, schedules: schedules.map { ScheduleDraft($0) },
            settings: self.services, origins: origins, services: services,
            kafkaSetting: kafkaSetting)
        let problems = check.problems()
        return problems.isEmpty ? [] : InvalidConfiguration(problems).problems
    }
}

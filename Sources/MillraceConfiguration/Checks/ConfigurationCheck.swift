/// Checks what options say together, and against what the application offers.
struct ConfigurationCheck {
    let clusters: [KafkaCluster]
    /// Whether `clusters` may lack some, so that a name that is not there is no problem of its own.
    var isClusterListDamaged = false
    let subscriptions: [SubscriptionDraft]
    let schedules: [ScheduleDraft]
    /// What is said of services.
    let settings: [ServiceSettings]
    let origins: Origins
    let services: [ServiceSummary]?
    let kafkaSetting: ((_ name: String, _ value: String) -> KafkaSettingVerdict)?

    /// All problems, in no order.
    func problems() -> [ConfigurationProblem] {
        clusters.flatMap(settings) + subscriptions.flatMap(cluster) + subscriptions.flatMap(start)
            + subscriptions.flatMap(header) + subscriptions.flatMap(sink) + duplicates()
            + schedules.flatMap(sink) + sameNames() + settings.flatMap(names)
    }

    private func settings(of cluster: KafkaCluster) -> [ConfigurationProblem] {
        guard let kafkaSetting else { return [] }
        var hints = InvalidConfiguration.limit
        return cluster.settings.compactMap { setting in
            let path = "kafka.clusters.\(cluster.name).\(setting.name)"
            switch kafkaSetting(setting.name, setting.value.revealed) {
            case .accepted: return nil
            case .unknown:
                hints -= 1
                let near = hints >= 0 ? nearestName(to: setting.name, among: KafkaSetting.knownNames) : nil
                return problem(
                    path, "librdkafka has no setting of this name" + (near.map { "; did you mean '\($0)'?" } ?? ""))
            case .refused(let reason):
                return problem(
                    path, "librdkafka does not take this value" + (setting.value.isSecret ? "" : ": \(reason)"))
            case .reserved(let reason):
                return problem(path, "is Millrace's to set, because \(reason); leave it out")
            }
        }
    }

    private func cluster(of subscription: SubscriptionDraft) -> [ConfigurationProblem] {
        guard case .kafka(let name, _) = subscription.source, !clusters.contains(where: { $0.name == name }),
            !isClusterListDamaged
        else { return [] }
        let path = "\(subscription.path).source"
        let known = clusters.map(\.name)
        let hint =
            known.isEmpty
            ? "name one under kafka.clusters" : suggestion(for: name, among: known, or: "the clusters are")
        return [problem(path, "there is no Kafka cluster of the name in \(shown(path, subscription.source)); \(hint)")]
    }

    private func start(of subscription: SubscriptionDraft) -> [ConfigurationProblem] {
        let path = "\(subscription.path).start"
        switch (subscription.source, subscription.start) {
        case (.file, .timestamp):
            return [problem(path, "a file has no timestamps; expected earliest, latest or offset:BYTE")]
        case (.standardInput, .latest), (.standardInput, .timestamp), (.standardInput, .offset):
            return [problem(path, "standard input is read from its beginning; expected earliest")]
        default: return []
        }
    }

    private func header(of subscription: SubscriptionDraft) -> [ConfigurationProblem] {
        guard case .header = subscription.key, subscription.hasLines else { return [] }
        let path = "\(subscription.path).key"
        return [
            problem(
                path,
                "a line has no headers; expected a JSON path to the key in the line, such as $.user.id, or none, but found "
                    + shown(path, subscription.key))
        ]
    }

    private func sink(of subscription: SubscriptionDraft) -> [ConfigurationProblem] {
        guard let sink = subscription.sink else { return [] }
        var (service, problems) = target(sink, at: "\(subscription.path).sink")
        guard let service else { return problems }
        if service.kind == .keyed, subscription.key == .unkeyed {
            problems.append(
                problem(
                    "\(subscription.path).key",
                    "'\(service.name)' has keys, so each record needs one; expected "
                        + (subscription.hasLines
                            ? "a JSON path such as $.user.id" : "record, header:NAME or a JSON path")
                        + ", but found 'none'"))
        }
        if service.kind == .keyed, subscription.key == .record, subscription.hasLines {
            problems.append(
                problem(
                    "\(subscription.path).key",
                    "'\(service.name)' has keys, and a line has none beside itself; say where in it the key is, with a JSON path "
                        + "such as 'key: $.user.id'"))
        }
        return problems
    }

    /// The service that a sink names, and what is wrong with its names.
    private func target(_ sink: SubscriptionSink, at path: String) -> (ServiceSummary?, [ConfigurationProblem]) {
        guard let services else { return (nil, []) }
        guard let service = services.first(where: { $0.name == sink.service }) else {
            let hint = serviceHint(sink.service, services)
            return (nil, [problem(path, "there is no service of the name in \(shown(path, sink)); \(hint)")])
        }
        guard !service.handlers.contains(sink.handler) else { return (service, []) }
        let hint = suggestion(for: sink.handler, among: service.handlers, or: "its handlers are")
        return (
            service,
            [problem(path, "service '\(service.name)' has no handler of the name in \(shown(path, sink)); \(hint)")]
        )
    }

    private func serviceHint(_ name: String, _ services: [ServiceSummary]) -> String {
        services.isEmpty
            ? "this application offers none"
            : suggestion(for: name, among: services.map(\.name), or: "this application offers")
    }

    private func sink(of schedule: ScheduleDraft) -> [ConfigurationProblem] {
        guard let sink = schedule.sink else { return [] }
        var (service, problems) = target(sink, at: "\(schedule.path).sink")
        guard let service else { return problems }
        let path = "\(schedule.path).key"
        switch (service.kind, schedule.key) {
        case (.keyed, nil) where origins[path] == nil:
            problems.append(problem(path, "'\(service.name)' has keys; expected the key of the one to invoke"))
        case (.unkeyed, .some): problems.append(problem(path, "'\(service.name)' has no keys; leave the key out"))
        case (.keyed, .some(let key))
        where sink.handler == service.run && !key.contains(Schedule.tickPlaceholder):
            problems.append(
                problem(
                    path,
                    "the workflow '\(service.name)' runs once for each key; put \(Schedule.tickPlaceholder), the tick's time, into "
                        + shown(path, key)))
        default: break
        }
        return problems
    }

    /// Schedules with the same name, which no file has.
    private func sameNames() -> [ConfigurationProblem] {
        var names: Set<String> = []
        return schedules.filter { !names.insert($0.name).inserted }.map {
            problem($0.path, "there is another schedule of this name")
        }
    }

    private func names(of settings: ServiceSettings) -> [ConfigurationProblem] {
        guard let services else { return [] }
        let path = "services.\(settings.name)"
        guard let service = services.first(where: { $0.name == settings.name }) else {
            return [
                problem(
                    path, "there is no service \(quoted(settings.name)); \(serviceHint(settings.name, services))")
            ]
        }
        return settings.handlers.filter { !service.handlers.contains($0.name) }.map { handler in
            let hint = suggestion(for: handler.name, among: service.handlers, or: "its handlers are")
            return problem(
                "\(path).handlers.\(handler.name)",
                "service '\(service.name)' has no handler \(quoted(handler.name)); \(hint)")
        }
    }

    private func duplicates() -> [ConfigurationProblem] {
        struct Route: Hashable {
            let source: SubscriptionSource
            let sink: SubscriptionSink
        }
        var routes: [Route: String] = [:]
        var names: [String: String] = [:]
        var standardInput: String?
        var problems: [ConfigurationProblem] = []
        for subscription in subscriptions {
            var isDuplicate = false
            if let source = subscription.source, let sink = subscription.sink {
                if let first = routes.updateValue(subscription.path, forKey: Route(source: source, sink: sink)) {
                    isDuplicate = true
                    problems.append(problem(subscription.path, "the same source and sink as \(place(first))"))
                }
            }
            if subscription.source == .standardInput {
                if let first = standardInput, !isDuplicate {
                    problems.append(
                        problem(
                            "\(subscription.path).source",
                            "standard input can be read once, and \(place(first)) reads it"))
                }
                standardInput = standardInput ?? subscription.path
            }
            if let name = subscription.fullName {
                if let first = names.updateValue(subscription.path, forKey: name), !isDuplicate {
                    problems.append(
                        problem(
                            subscription.name == nil ? subscription.path : "\(subscription.path).name",
                            "the same name as \(place(first))"))
                }
            }
        }
        return problems
    }

    private func place(_ path: String) -> String {
        origins.position(of: path).map { "\(path) in line \($0.line)" } ?? path
    }

    /// What the file says, which may be shown where the value may not, or the value of a configuration without a file.
    private func shown(_ path: String, _ value: (any CustomStringConvertible)?) -> String {
        quoted(origins[path]?.written ?? value?.description ?? "")
    }

    private func suggestion(for name: String, among known: [String], or introduction: String) -> String {
        if let near = nearestName(to: name, among: known) { return "did you mean '\(near)'?" }
        let shown = known.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
        return "\(introduction) \(shown)\(known.count > 10 ? " …" : "")"
    }

    private func problem(_ path: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            file: origins.file, position: origins.position(of: path), option: path, message: message)
    }
}

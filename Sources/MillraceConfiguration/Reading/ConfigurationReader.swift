/// Reads a configuration from YAML. It reports all that is wrong with a file at once.
public enum ConfigurationReader {
    /// Reads a configuration from a file, of 1 MiB at most.
    ///
    /// - Parameters:
    ///   - path: the file, absolute or relative to the working directory.
    ///   - environment: where `${NAME}` gets its values from.
    ///   - services: what subscriptions, schedules and options of services are checked against, or `nil` to leave that out.
    ///   - kafkaSetting: what librdkafka says to a setting's name and value, or `nil` to leave that out.
    public static func read(
        path: String, environment: Environment = .process, services: [ServiceSummary]? = nil,
        kafkaSetting: ((_ name: String, _ value: String) -> KafkaSettingVerdict)? = nil
    ) -> Result<Configuration, InvalidConfiguration> {
        do throws(TextFileError) {
            let text = try TextFile.read(path, limit: YAMLLimits().bytes)
            return read(
                bytes: text, file: path, environment: environment, services: services, kafkaSetting: kafkaSetting)
        } catch {
            let problem = ConfigurationProblem(file: path, position: nil, option: "", message: error.message)
            return .failure(InvalidConfiguration([problem]))
        }
    }

    /// Reads a configuration from a text.
    ///
    /// - Parameter file: what errors call it. The other parameters are those of
    ///   ``read(path:environment:services:kafkaSetting:)``.
    public static func read(
        text: String, file: String, environment: Environment = .process, services: [ServiceSummary]? = nil,
        kafkaSetting: ((_ name: String, _ value: String) -> KafkaSettingVerdict)? = nil
    ) -> Result<Configuration, InvalidConfiguration> {
        read(
            bytes: Array(text.utf8), file: file, environment: environment, services: services,
            kafkaSetting: kafkaSetting)
    }

    /// Reads a configuration from any bytes: what is not UTF-8, not YAML or too large is an error as well.
    ///
    /// - Parameter file: what errors call it. The other parameters are those of
    ///   ``read(path:environment:services:kafkaSetting:)``.
    public static func read(
        bytes: [UInt8], file: String, environment: Environment = .process, services: [ServiceSummary]? = nil,
        kafkaSetting: ((_ name: String, _ value: String) -> KafkaSettingVerdict)? = nil
    ) -> Result<Configuration, InvalidConfiguration> {
        var decoding = Decoding(file: file)
        var draft = ConfigurationDraft()
        if let root = tree(of: bytes, environment, &decoding) {
            decoding.descend("", root) { $0.section(root, into: &draft) }
        }
        let check = ConfigurationCheck(
            clusters: draft.kafka.clusters,
            isClusterListDamaged: decoding.problems.contains { ["kafka", "kafka.clusters"].contains($0.option) },
            subscriptions: draft.subscriptions, schedules: draft.schedules, settings: draft.services,
            origins: decoding.origins, services: services, kafkaSetting: kafkaSetting)
        decoding.report(check.problems())
        guard decoding.problems.isEmpty, let configuration = draft.configuration(origins: decoding.origins) else {
            return .failure(InvalidConfiguration(decoding.problems))
        }
        return .success(configuration)
    }

    private static func tree(
        of bytes: [UInt8], _ environment: Environment, _ decoding: inout Decoding
    ) -> YAMLNode? {
        let limits = YAMLLimits()
        let start = SourcePosition(line: 1, column: 1)
        guard bytes.count <= limits.bytes else {
            decoding.report(start, "the file has \(bytes.count) bytes; a configuration has \(limits.bytes) at most")
            return nil
        }
        var composer = YAMLComposer(bytes, limits: limits)
        defer { for problem in composer.problems { decoding.report(problem.position, problem.message) } }
        do throws(YAMLSyntaxError) {
            guard let root = try composer.document() else {
                decoding.report(start, "the file is empty; a configuration begins with 'subscriptions:' or 'kafka:'")
                return nil
            }
            var pass = EnvironmentPass(environment, limits: limits)
            let substituted = pass.apply(to: root)
            for problem in pass.problems { decoding.report(problem.position, problem.message) }
            return substituted
        } catch {
            decoding.report(error.position, error.message)
            return nil
        }
    }
}

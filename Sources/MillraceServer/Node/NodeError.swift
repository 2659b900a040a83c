import MillraceEngine
import MillraceHTTP
import MillraceKafka
import MillraceStore

/// Why a node cannot start, in words that say what to do.
package struct NodeError: Error, CustomStringConvertible, Sendable {
    /// What went wrong, and what to do.
    package let description: String
    /// Whether the configuration is what must change.
    package let isConfiguration: Bool
    /// Whether nothing is wrong but that the port of the metrics is in use.
    package let isPortInUse: Bool

    package init(_ description: String, isConfiguration: Bool = false, isPortInUse: Bool = false) {
        self.description = description
        self.isConfiguration = isConfiguration
        self.isPortInUse = isPortInUse
    }

    init(_ error: StoreError) {
        switch error {
        case .settingFixed, .invalidOption: self.init("\(error)", isConfiguration: true)
        default: self.init("\(error)")
        }
    }

    init(_ error: EngineError) {
        switch error {
        case .store(let error): self.init(error)
        default: self.init("\(error)", isConfiguration: true)
        }
    }

    init(_ error: HTTPServerError) {
        let isPortInUse = if case .portInUse = error { true } else { false }
        self.init("metrics: \(error) (option metrics.port; 0 means none)", isPortInUse: isPortInUse)
    }

    init(_ error: KafkaError) {
        switch error {
        case .system, .requestFailed: self.init("\(error)")
        case .unknownProperty, .invalidProperty, .reservedProperty, .cannotCreateClient:
            self.init("\(error)", isConfiguration: true)
        }
    }

    init(starting error: any Error) {
        switch error {
        case let error as NodeError: self = error
        case let error as StoreError: self.init(error)
        case let error as EngineError: self.init(error)
        case let error as KafkaError: self.init(error)
        default: self.init("\(error)")
        }
    }
}

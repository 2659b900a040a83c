import Millrace
import MillraceServer

@main
struct EventEnrichment {
    static let application = MillraceApplication(
        name: "event-enrichment", version: "1.0", services: [EventEnricher()],
        commands: [QuickstartCommand.command, ProduceCommand.command])

    static func main() { application.main() }
}

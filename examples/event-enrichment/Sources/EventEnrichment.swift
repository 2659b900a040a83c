import Millrace
import MillraceServer

@main
struct EventEnrichment {
    static func main() {
        MillraceApplication(name: "event-enrichment", version: "1.0", services: [EventEnricher()]).main()
    }
}

import Millrace
import MillraceServer

@main
struct PaymentWebhook {
    static let application = MillraceApplication(
        name: "payment-webhook", version: "1.0", services: [Payments(provider: PrintedProvider())])

    static func main() { application.main() }
}

import Millrace
import MillraceServer

@main
struct PaymentStateMachine {
    static let application = MillraceApplication(
        name: "payment-state-machine", version: "1.0",
        services: [PaymentMachine(log: PrintedLog()), Accounts(opening: 100)])

    static func main() { application.main() }
}

import Millrace
import MillraceServer

@main
struct IdempotentReservation {
    static let application = MillraceApplication(
        name: "idempotent-reservation", version: "1.0",
        services: [
            Stock(initially: ["lamp": 1, "chair": 5]), ReservationDesk(customers: PrintedCustomers()),
        ])

    static func main() { application.main() }
}

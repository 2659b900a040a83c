import Millrace
import MillraceServer

@main
struct ReservationSaga {
    static let application = MillraceApplication(
        name: "reservation-saga", version: "1.0",
        services: [Trips(payments: PrintedPayments()), Seats(seats: 2), Cars()])

    static func main() { application.main() }
}

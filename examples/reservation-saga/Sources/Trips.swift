import Millrace

/// Books a flight, a car and takes the money; where one of them cannot be, what was done before is undone, in reverse order.
///
/// The handler is the saga: a list of what would undo each step, and a `catch`. A crash anywhere in it, in the undoing too, goes
/// on where it was. Cancelling the booking is a `TerminalError` at the next wait, and takes the same way.
@Service
struct Trips {
    let payments: any CardPayments

    @Handler func book(_ context: ServiceContext, _ trip: Trip) async throws -> Booking {
        var undo: [() async throws -> Void] = []
        do {
            // What undoes a step comes first: a call that was cancelled may have done its work all the same.
            undo.append { try await context.call(to: Seats.self, key: ObjectKey(trip.flight)).release(trip.id).value }
            try await context.call(to: Seats.self, key: ObjectKey(trip.flight)).reserve(trip.id).value

            undo.append { try await context.call(to: Cars.self, key: ObjectKey(trip.car)).release(trip.id).value }
            try await context.call(to: Cars.self, key: ObjectKey(trip.car)).reserve(trip.id).value

            undo.append { try await context.run("refund") { try await payments.refund(trip: trip.id) } }
            try await context.run("charge", retry: RetryPolicy(maxAttempts: 3)) {
                try await payments.charge(trip.card, trip.price, trip: trip.id)
            }
            try await context.run("tell") { try await payments.tell("\(trip.id) is booked") }
            return .booked
        } catch let error as TerminalError {
            for step in undo.reversed() { try await step() }
            try await context.run("tell") { try await payments.tell("\(trip.id) is not booked: \(error.message)") }
            return .refused(error.message)
        }
    }
}

/// The seats of a flight; the key is the flight.
@VirtualObject
struct Seats {
    let seats: Int

    @Handler func reserve(_ context: ObjectContext, _ trip: String) async throws {
        var trips = try context.get(.trips) ?? []
        if trips.contains(trip) { return }
        guard trips.count < seats else { throw TerminalError("flight \(context.key) is full", code: 409) }
        trips.append(trip)
        context.set(.trips, trips)
    }

    /// Undoes a reservation, also one that never was.
    @Handler func release(_ context: ObjectContext, _ trip: String) async throws {
        context.set(.trips, (try context.get(.trips) ?? []).filter { $0 != trip })
    }
}

/// One car; the key is its plate.
@VirtualObject
struct Cars {
    @Handler func reserve(_ context: ObjectContext, _ trip: String) async throws {
        if let other = try context.get(.trip), other != trip {
            throw TerminalError("car \(context.key) is taken", code: 409)
        }
        context.set(.trip, trip)
    }

    /// Undoes a reservation, also one that never was.
    @Handler func release(_ context: ObjectContext, _ trip: String) async throws {
        if try context.get(.trip) == trip { context.clear(.trip) }
    }
}

extension StateKey<[String]> { static var trips: Self { Self("trips") } }
extension StateKey<String> { static var trip: Self { Self("trip") } }

/// A record of the topic `trips`.
@JSON struct Trip: Codable, Sendable {
    var id: String
    var flight: String
    var car: String
    var card: String
    var price: Int
}

@JSON enum Booking: Codable, Sendable, Equatable {
    case booked
    case refused(String)
}

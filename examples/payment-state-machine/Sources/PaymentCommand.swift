import Millrace

/// A record of the topic `payment-commands`, key: the payment's id.
@JSON struct PaymentCommand: Codable, Sendable {
    @JSON enum Kind: String, Codable, Sendable { case authorise, capture, cancel }

    var payment: String
    var kind: Kind
    var account: String
    var amount: Int
}

@JSON enum PaymentState: String, Codable, Sendable { case new, authorised, captured, cancelled, expired }

/// Money that is set aside for a payment.
@JSON struct Hold: Codable, Sendable {
    var payment: String
    var amount: Int
}

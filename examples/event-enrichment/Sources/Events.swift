import Millrace

/// Topic `user-events`, key: the user's id.
@JSON struct UserEvent: Codable, Sendable {
    var userId: String
    var name: String
}

/// Topic `feature-events`, routed by `$.user.id`.
@JSON struct FeatureEvent: Codable, Sendable {
    @JSON struct User: Codable, Sendable { var id: String }
    var user: User
    var feature: String
}

/// Topic `enriched`, key: the user's id; the features in the order of their arrival.
@JSON struct EnrichedEvent: Codable, Sendable {
    var userId: String
    var name: String?
    var features: [String]
}

extension KafkaClusterSettings {
    /// Checks one property by itself, as far as librdkafka can without its neighbours: the name and the value.
    package static func check(property name: String, value: String) throws(KafkaError) {
        var properties = [(name, value)]
        if name != "bootstrap.servers" { properties.append(("bootstrap.servers", "localhost")) }
        try KafkaClusterSettings(name: "", properties: properties).validate()
    }
}

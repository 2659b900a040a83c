extension KafkaSetting {
    /// The settings of librdkafka 2.0.2 that a person may want to set, to find what was meant by a name that librdkafka does not
    /// know. A newer librdkafka knows more, so that a name is not wrong for not being here.
    static let knownNames = """
        acks allow.auto.create.topics api.version.fallback.ms api.version.request api.version.request.timeout.ms \
        batch.num.messages batch.size bootstrap.servers broker.address.family broker.address.ttl \
        broker.version.fallback check.crcs client.id client.rack compression.codec compression.level \
        compression.type connections.max.idle.ms coordinator.query.interval.ms debug delivery.report.only.error \
        delivery.timeout.ms enable.gapless.guarantee enable.partition.eof enable.random.seed \
        enable.sasl.oauthbearer.unsecure.jwt enable.ssl.certificate.verification fetch.error.backoff.ms \
        fetch.max.bytes fetch.message.max.bytes fetch.min.bytes fetch.wait.max.ms group.id group.instance.id \
        group.protocol.type heartbeat.interval.ms isolation.level linger.ms log.connection.close log.queue \
        log.thread.name log_level max.in.flight max.in.flight.requests.per.connection max.partition.fetch.bytes \
        max.poll.interval.ms message.copy.max.bytes message.max.bytes message.send.max.retries \
        message.timeout.ms metadata.broker.list metadata.max.age.ms partition.assignment.strategy partitioner \
        plugin.library.paths produce.offset.report queue.buffering.backpressure.threshold \
        queue.buffering.max.kbytes queue.buffering.max.messages queue.buffering.max.ms \
        queued.max.messages.kbytes queued.min.messages queuing.strategy receive.message.max.bytes \
        reconnect.backoff.jitter.ms reconnect.backoff.max.ms reconnect.backoff.ms request.required.acks \
        request.timeout.ms retries retry.backoff.ms sasl.kerberos.keytab sasl.kerberos.kinit.cmd \
        sasl.kerberos.min.time.before.relogin sasl.kerberos.principal sasl.kerberos.service.name sasl.mechanism \
        sasl.mechanisms sasl.oauthbearer.client.id sasl.oauthbearer.client.secret sasl.oauthbearer.config \
        sasl.oauthbearer.extensions sasl.oauthbearer.method sasl.oauthbearer.scope \
        sasl.oauthbearer.token.endpoint.url sasl.password sasl.username security.protocol session.timeout.ms \
        socket.blocking.max.ms socket.connection.setup.timeout.ms socket.keepalive.enable socket.max.fails \
        socket.nagle.disable socket.receive.buffer.bytes socket.send.buffer.bytes socket.timeout.ms \
        ssl.ca.certificate.stores ssl.ca.location ssl.ca.pem ssl.certificate.location ssl.certificate.pem \
        ssl.cipher.suites ssl.crl.location ssl.curves.list ssl.endpoint.identification.algorithm ssl.engine.id \
        ssl.engine.location ssl.key.location ssl.key.password ssl.key.pem ssl.keystore.location \
        ssl.keystore.password ssl.providers ssl.sigalgs.list statistics.interval.ms \
        sticky.partitioning.linger.ms topic.blacklist topic.metadata.propagation.max.ms \
        topic.metadata.refresh.fast.cnt topic.metadata.refresh.fast.interval.ms \
        topic.metadata.refresh.interval.ms topic.metadata.refresh.sparse transaction.timeout.ms
        """.split(separator: " ").map(String.init)
}

import Millrace

/// Long work that nobody waits for at first: pages are rendered beside each other, and the result is kept.
@Service
struct Renderer {
    let press: any Press

    @Handler func render(_ context: ServiceContext, _ task: RenderTask) async throws -> RenderedDocument {
        let pages = (1...max(1, task.pages)).map { page in
            context.start("page \(page)") { try await press.render(page: page, of: task.id) }
        }
        return RenderedDocument(id: task.id, pages: try await DurableFuture.all(pages).value)
    }
}

/// Takes tasks, and hands their results out: to whoever asks, whenever, from whichever handler.
@Service
struct RenderDesk {
    let press: any Press

    /// Starts a task and does not wait. The same task again is the same invocation, by its idempotency key.
    @Handler func submit(_ context: ServiceContext, _ task: RenderTask) async throws -> InvocationID? {
        context.send(to: Renderer.self, idempotencyKey: task.id).render(task)
    }

    /// Waits for a task that somebody else started, and mails its result.
    @Handler func deliver(_ context: ServiceContext, _ delivery: Delivery) async throws -> String {
        for _ in 1...100 {
            do {
                let document = try await context.attach(
                    to: Renderer.self, handler: "render", idempotencyKey: delivery.task, as: RenderedDocument.self
                ).value
                try await context.run("mail") { try await press.mail(document, to: delivery.customer) }
                return "mailed"
            } catch let error as TerminalError where error.code == TerminalError.notFound {
                // Nobody has submitted it yet. The answer is in the journal, so to ask anew is to attach anew.
                try await context.sleep(for: .milliseconds(100))
            }
        }
        return "never submitted"
    }

    /// Looks, without waiting.
    @Handler func isReady(_ context: ServiceContext, _ task: String) async throws -> Bool {
        try await context.output(
            of: Renderer.self, handler: "render", idempotencyKey: task, as: RenderedDocument.self) != nil
    }
}

/// A record of the topic `render-tasks`.
@JSON struct RenderTask: Codable, Sendable {
    var id: String
    var pages: Int
}

/// A record of the topic `deliveries`.
@JSON struct Delivery: Codable, Sendable {
    var task: String
    var customer: String
}

@JSON struct RenderedDocument: Codable, Sendable, Equatable {
    var id: String
    var pages: [String]
}

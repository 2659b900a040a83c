import Millrace

/// Gives users a role and its permissions, in a directory of another team's that may fail at each request.
///
/// Every request is a durable step: what was done is not done again when a later one fails, or when the process dies between.
@Service
struct RoleUpdates {
    let directory: any UserDirectory

    @Handler func apply(_ context: ServiceContext, _ update: RoleUpdate) async throws -> RoleUpdateOutcome {
        let previous = try await context.run("role") { try await directory.setRole(update.role, of: update.user) }
        do {
            for permission in update.permissions {
                try await context.run("permission \(permission)") {
                    try await directory.allow(permission, to: update.user)
                }
            }
        } catch let error as TerminalError {
            // The directory will never allow that: the user keeps the role from before, and no half of the new one.
            try await context.run("role back") { _ = try await directory.setRole(previous, of: update.user) }
            return .refused(error.message)
        }
        return .applied
    }
}

/// A record of the topic `role-updates`.
@JSON struct RoleUpdate: Codable, Sendable {
    var user: String
    var role: String
    var permissions: [String]
}

@JSON enum RoleUpdateOutcome: Codable, Sendable, Equatable {
    case applied
    case refused(String)
}

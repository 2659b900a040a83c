import Millrace
import MillraceServer

@main
struct RoleUpdateExample {
    static let application = MillraceApplication(
        name: "role-update", version: "1.0", services: [RoleUpdates(directory: PrintedDirectory())])

    static func main() { application.main() }
}

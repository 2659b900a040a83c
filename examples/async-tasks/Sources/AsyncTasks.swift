import Millrace
import MillraceServer

@main
struct AsyncTasks {
    static let application = MillraceApplication(
        name: "async-tasks", version: "1.0",
        services: [Renderer(press: PrintedPress()), RenderDesk(press: PrintedPress())])

    static func main() { application.main() }
}

import MillraceServer

/// The process that the crash tests kill: an application on the real storage and the real connectors.
@main
enum CrashChild {
    static func main() {
        MillraceApplication(
            name: "millrace-crash-child", version: "1",
            services: [Ledger(), Bag(), Relay(), Teller(), Errand(), Clockwork()],
            commands: [DrainCommand.command]
        ).main()
    }
}

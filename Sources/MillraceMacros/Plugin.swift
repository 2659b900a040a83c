@_spi(PluginMessage) import SwiftCompilerPluginMessageHandling
import SwiftSyntaxMacros

/// The process that the compiler asks to expand macros.
///
/// The toolchain ships no `SwiftCompilerPlugin` module; this is what its `CompilerPlugin.main()` does.
@main
struct Plugin: PluginProvider {
    static func main() throws {
        let handler = PluginProviderMessageHandler(provider: Plugin())
        try CompilerPluginMessageListener(connection: StandardIOMessageConnection(), messageHandler: handler).main()
    }

    func resolveMacro(moduleName: String, typeName: String) throws -> any Macro.Type {
        switch typeName {
        case "VirtualObjectMacro": VirtualObjectMacro.self
        case "ServiceMacro": ServiceMacro.self
        case "WorkflowMacro": WorkflowMacro.self
        case "HandlerMacro": HandlerMacro.self
        case "JSONMacro": JSONMacro.self
        default: throw UnknownMacro(description: "no macro \(moduleName).\(typeName)")
        }
    }
}

/// The compiler asked for a macro that this plugin does not have: library and plugin are of different versions.
struct UnknownMacro: Error, CustomStringConvertible {
    let description: String
}

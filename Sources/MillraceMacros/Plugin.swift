@_spi(PluginMessage) import SwiftCompilerPluginMessageHandling
import SwiftSyntaxMacros

@main
struct Plugin: PluginProvider {
    static func main() throws {
        let handler = PluginProviderMessageHandler(provider: Plugin())
        try CompilerPluginMessageListener(connection: StandardIOMessageConnection(), messageHandler: handler).main()
    }
    func resolveMacro(moduleName: String, typeName: String) throws -> any Macro.Type {
        throw UnknownMacro(description: "no macro \(moduleName).\(typeName)")
    }
}
struct UnknownMacro: Error, CustomStringConvertible { let description: String }

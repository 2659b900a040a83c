/// Puts the environment's values into a tree's scalars, before anything is read from them.
///
/// Values go into scalars that are there already, so nothing in the environment can change the tree's structure. Keys
/// are left as they are.
struct EnvironmentPass {
    private let environment: Environment
    private var budget: Int
    private(set) var problems: [YAMLSyntaxError] = []

    init(_ environment: Environment, limits: YAMLLimits = YAMLLimits()) {
        self.environment = environment
        budget = limits.substitutedBytes
    }

    mutating func apply(to node: YAMLNode) -> YAMLNode {
        var node = node
        switch node.content {
        case .unusable: break
        case .sequence(let elements):
            node.content = .sequence(elements.map { apply(to: $0) })
        case .mapping(var entries):
            for index in entries.indices { entries[index].value = apply(to: entries[index].value) }
            node.content = .mapping(entries)
        case .scalar(var scalar):
            do throws(Substitution.Failure) {
                let substitution = try Substitution(of: scalar.written, from: environment, budget: &budget)
                scalar.text = substitution.text
                scalar.isFromEnvironment = substitution.isFromEnvironment
                node.content = .scalar(scalar)
                if scalar.text.utf8.contains(0) {
                    problems.append(YAMLSyntaxError(position: node.start, message: "a value cannot hold a NUL"))
                    node.content = .unusable
                }
            } catch {
                problems.append(
                    YAMLSyntaxError(position: node.position(ofCharacter: error.offset), message: error.message))
                node.content = .unusable
            }
        }
        return node
    }
}

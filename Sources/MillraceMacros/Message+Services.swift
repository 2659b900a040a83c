/// What can be wrong with a type.
extension Message {
    static func notAStruct(_ kind: ServiceKind, type: String, keyword: String) -> Self {
        Self(
            "@\(kind.attribute) needs a struct, because one value serves many threads; write 'struct \(type)' instead of "
                + "'\(keyword) \(type)'")
    }

    static func twoKinds(type: String, _ first: ServiceKind, _ second: ServiceKind) -> Self {
        Self(
            "'\(type)' cannot be both a \(first.noun) and a \(second.noun); keep one of @\(first.attribute) and "
                + "@\(second.attribute)")
    }

    static func noRun(type: String) -> Self {
        Self(
            "the workflow '\(type)' has no handler that runs it; let one take the WorkflowContext: "
                + "'@Handler func run(_ context: WorkflowContext) async throws'")
    }

    static func secondRun(_ name: String, first: String) -> Self {
        Self(
            "a workflow is run by one handler, and '\(first)' is it; let '\(name)' take the SharedWorkflowContext")
    }

    static func genericType(_ type: String) -> Self {
        Self(
            "a service has one name and one set of handlers, so '\(type)' cannot be generic; write a struct for each case"
        )
    }

    static func insideGenericType(_ type: String, outer: String) -> Self {
        Self(
            "a service has one name and one set of handlers, so '\(type)' cannot be inside the generic '\(outer)'; "
                + "move it out")
    }

    static func privateInside(_ type: String, outer: String) -> Self {
        Self("'\(type)' is private to '\(outer)', and generated code cannot reach it there; write 'fileprivate'")
    }

    static func noHandlers(type: String, _ kind: ServiceKind) -> Self {
        Self(
            "'\(type)' has no handlers; write '@Handler' before a function such as "
                + "'func run(_ context: \(kind.context)) throws'")
    }

    static func duplicateHandler(_ name: String) -> Self {
        Self("there is a handler '\(name)' already; give this one another name with '@Handler(name:)'")
    }

    static var conditionalHandler: Self {
        Self("a handler cannot stand under #if, which macros do not decide; put the #if into the function's body")
    }

    static var nameIsNoLiteral: Self {
        Self("the name is to be a string literal without interpolation, because subscriptions repeat it")
    }

    static func invalidName(_ name: String) -> Self {
        Self(
            "'\(name)' cannot be a name, because names are parts of URLs: it must not be empty nor have white space, '/', '?', "
                + "'#' or '%'; choose another with 'name:'")
    }
}

/// What can be wrong with a handler.
extension Message {
    static var handlerIsNoFunction: Self { Self("@Handler marks functions; write it before a 'func'") }

    static func handlerInExtension(of type: String) -> Self {
        Self("a handler in an extension stays unknown to its service; move it into the declaration of '\(type)'")
    }

    static func handlerOutsideService(type: String?) -> Self {
        if let type {
            Self(
                "@Handler has no effect in '\(type)'; write '@VirtualObject', '@Service' or '@Workflow' before '\(type)'"
            )
        } else {
            Self(
                "@Handler has no effect here; move the function into a struct with '@VirtualObject', '@Service' or '@Workflow'"
            )
        }
    }

    static var staticHandler: Self { Self("a handler is called on a value of the service; remove 'static'") }

    static func mutatingHandler(_ kind: ServiceKind) -> Self {
        let place =
            switch kind {
            case .virtualObject, .workflow: "the object's state, with 'context.set'"
            case .service: "the state of a virtual object"
            }
        return Self(
            "a handler cannot change the service's value, which all invocations share; remove 'mutating', and keep what "
                + "changes in \(place)")
    }

    static var mainActor: Self { Self("handlers run on the thread of their shard; remove '@MainActor'") }

    static var genericHandler: Self {
        Self("a handler has one input type, so it cannot be generic; write a handler for each type")
    }

    static func abstractOutput(_ type: String) -> Self {
        Self("'\(type)' does not say which type to encode; write a concrete type")
    }

    static var spanResult: Self {
        Self("the bytes behind a RawSpan are gone when a handler has returned; return '[UInt8]'")
    }

    static var serdeWithoutOutput: Self { Self("there is no result to encode; remove 'output:' or return a value") }

    static func wrongContext(_ kind: ServiceKind) -> Self {
        let contexts = kind.contexts.map { "'_ context: \($0.type)'" }.joined(separator: " or ")
        return Self("the first parameter of a \(kind.noun)'s handler is its context; write \(contexts)")
    }

    static func borrowedContext(_ kind: ServiceKind) -> Self {
        Self("a handler takes one context, by value; write '_ context: \(kind.context)'")
    }

    static var tooManyInputs: Self {
        Self("a handler takes one input beside the context; put the values into one Codable struct")
    }

    static var inoutInput: Self {
        Self("a handler's input is its own copy and nobody sees it change; remove 'inout'")
    }

    static func variadicInput(_ list: String) -> Self { Self("a handler takes one input; write '\(list)'") }

    static func abstractInput(_ type: String) -> Self {
        Self("'\(type)' does not say which type to decode; write a concrete type")
    }

    static var optionalSpan: Self {
        Self(
            "a RawSpan is empty where there are no bytes, never nil; write 'RawSpan', and ask "
                + "'context.record?.isTombstone' where it matters")
    }

    static var spanInAsyncHandler: Self {
        Self(
            "the bytes behind a RawSpan are gone once a handler waits; take '[UInt8]', or remove 'async' from the handler"
        )
    }

    static var serdeForSpan: Self { Self("a RawSpan is the bytes as they are; remove 'input:' or take a value") }

    static var serdeWithoutInput: Self { Self("there is no input to decode; remove 'input:' or add a parameter") }
}

/// What fix-its do.
extension Message {
    static func remove(_ text: String) -> Self { Self("remove '\(text)'") }
    static func write(_ text: String) -> Self { Self("write '\(text)'") }
    static func insert(_ text: String) -> Self { Self("insert '\(text)'") }
}

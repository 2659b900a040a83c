/// Text that is not YAML, or not the YAML that is read here. Reading ends at the first one.
struct YAMLSyntaxError: Error, Equatable {
    let position: SourcePosition
    /// What is wrong. Holds none of the text's own content.
    let message: String
}

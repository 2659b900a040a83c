/// Names between `userId` and `user_id`, by Foundation's rules.
enum SnakeCase {
    /// `user_id` becomes `userId`; underscores before and behind stay.
    static func removed(from name: String) -> String {
        guard let first = name.firstIndex(where: { $0 != "_" }), let last = name.lastIndex(where: { $0 != "_" }) else {
            return name
        }
        let parts = name[first...last].split(separator: "_")
        guard parts.count > 1 else { return name }
        let joined =
            parts[0].lowercased()
            + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined()
        return name[..<first] + joined + name[name.index(after: last)...]
    }

    /// `userId` becomes `user_id`, `myURLProperty` becomes `my_url_property`.
    static func added(to name: String) -> String {
        let characters = Array(name)
        guard !characters.isEmpty else { return name }
        var result = ""
        for (index, character) in characters.enumerated() {
            if index > 0, character.isUppercase {
                let afterSmall = !characters[index - 1].isUppercase
                let beforeSmall = index + 1 < characters.count && characters[index + 1].isLowercase
                if afterSmall || beforeSmall, characters[index - 1] != "_" || afterSmall { result += "_" }
            }
            result += character.lowercased()
        }
        return result
    }
}

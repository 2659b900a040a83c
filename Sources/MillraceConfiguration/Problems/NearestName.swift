/// The valid name that somebody most probably meant, or `nil` when none is near.
///
/// Near is: equal but for case, `-` and `_`; or at most a third of its letters changed, left out, put in or swapped;
/// or one is the other's beginning, from three letters up.
package func nearestName(to name: String, among candidates: [String]) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let given = simplified(name)
    guard !given.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate.utf8.count <= 256 {
        let valid = simplified(candidate)
        let shorter = min(given.count, valid.count)
        var distance = editDistance(given, valid)
        if distance > max(1, max(given.count, valid.count) / 3) {
            guard shorter >= 3, given.prefix(shorter) == valid.prefix(shorter) else { continue }
            distance += given.count + valid.count
        }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func simplified(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" }
}

/// How many letters must be changed, left out, put in or swapped with the next to make one of the other.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let cost = left[row] == right[column] ? 0 : 1
            var distance = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                distance = min(distance, beforeLast[column - 1] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}

import Journeys

/// Finds a model that a tile's config opens on: the names are those that the config asks for, the types are tried.
enum ModelGuess {
    /// Models that the config opens on, the first by itself the most likely one; empty when none was found.
    static func models(
        _ image: PluginImage, _ type: PluginImage.TileType, _ config: JSON
    ) -> [[String: ColumnType]] {
        guard case .open(let unchecked) = TileSubject.open(image, type, config, types: nil) else { return [] }
        let names = unchecked.columns.filter { !$0.hasPrefix("$") }
        unchecked.close()
        guard !names.isEmpty else { return [["email": .string]] }

        var found: [[String: ColumnType]] = []
        func opens(_ types: [String: ColumnType]) -> Int {
            switch TileSubject.open(image, type, config, types: types) {
            case .open(let subject):
                subject.close()
                return 0
            case .refused(let attempt): return max(1, attempt.problems.count)
            case .broken: return .max
            }
        }
        // Each column alone, to the type that leaves the fewest problems.
        var guess = Dictionary(uniqueKeysWithValues: names.map { ($0, ColumnType.string) })
        var left = opens(guess)
        for name in names where left > 0 {
            for candidate in ColumnType.allCases {
                var other = guess
                other[name] = candidate
                let problems = opens(other)
                if problems < left { (guess, left) = (other, problems) }
            }
        }
        if left == 0 { found.append(guess) }
        for candidate in ColumnType.allCases {
            let uniform = Dictionary(uniqueKeysWithValues: names.map { ($0, candidate) })
            if !found.contains(uniform), opens(uniform) == 0 { found.append(uniform) }
        }
        return found
    }
}

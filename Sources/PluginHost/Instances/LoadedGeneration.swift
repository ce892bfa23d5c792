/// A generation that is or was in use in this process. Once it has retired only what it did is kept, so that a gateway whose
/// plugins are swapped often does not grow by them.
struct LoadedGeneration: Sendable {
    let pluginID: String
    let sha256: String
    private let figures: GenerationFigures
    /// Nil when it has retired long ago.
    private(set) var generation: PluginGeneration?
    private var finalRestarts = 0

    init(_ generation: PluginGeneration) {
        pluginID = generation.image.id
        sha256 = generation.sha256
        figures = generation.figures
        self.generation = generation
    }

    /// In use, or with instances that are still open.
    var isLive: Bool { generation.map { !$0.isRetired } ?? false }

    var snapshot: PluginInfo.Figures {
        if let generation { return generation.snapshot }
        var figures = figures.snapshot(instances: 0)
        figures.restarts = finalRestarts
        return figures
    }

    /// Lets go of all but the figures when it has retired.
    mutating func shrink() {
        guard let generation, generation.isRetired else { return }
        finalRestarts = generation.snapshot.restarts
        self.generation = nil
    }
}

extension [LoadedGeneration] {
    /// Shrinks those that have retired, but for each plugin's last: it is shown when none is in use.
    mutating func shrink() {
        for index in indices {
            let isLast = !self[(index + 1)...].contains { $0.pluginID == self[index].pluginID }
            if !isLast { self[index].shrink() }
        }
    }
}

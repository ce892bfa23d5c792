import Journeys
import PluginHost

extension Engine: GenerationGuard {
    /// Runs `body`, which opens something on plugins and stores it, while none of them is swapped or retired: else what
    /// the next one does not take would slip past its review.
    public func whilePluginsStay<Result>(_ body: () throws -> Result) rethrows -> Result {
        try lifecycle.withLock { _ in try body() }
    }

    public func review(_ change: GenerationChange, swap: () -> Void) -> [Problem] {
        var review = GenerationReview(
            change, users: PluginUsers(control: control), compiler: compiler, destinations: destinations)
        do {
            // Once without the lock: opening may take its time, and nobody is to wait for that. Then again under it, since
            // journeys may have changed meanwhile; what is open already costs little.
            let objections = try review.objections()
            if !objections.isEmpty { return objections }
            return try lifecycle.withLock { _ in
                let objections = try review.objections()
                if objections.isEmpty {
                    swap()
                    destinations?.adopt(review.rehearsal)
                }
                return objections
            }
        } catch {
            return [Problem(pointer: "", message: "what is at work can't be looked at: \(error)")]
        }
    }
}

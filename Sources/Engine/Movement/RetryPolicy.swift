/// When a failed attempt is tried again, and when no more.
public struct RetryPolicy: Sendable {
    /// Attempts at most, the first one included.
    public var attempts: Int32 = 8
    /// Microseconds from the first attempt after which none begins.
    public var window: Int64 = 24 * 3600 * 1_000_000
    /// Microseconds before the second attempt; each further pause is five times as long.
    public var firstPause: Int64 = 1_000_000
    /// The longest pause, in microseconds.
    public var longestPause: Int64 = 3600 * 1_000_000

    public init() {}

    /// The pause after the given number of attempts, in microseconds: exponential, with a fifth of jitter that `seed`
    /// (a hash of the member) decides, so that many members that failed together do not come back together.
    func pause(after attempt: Int32, seed: UInt64) -> Int64 {
        var pause = firstPause
        for _ in 1..<max(1, attempt) where pause < longestPause { pause *= 5 }
        pause = min(pause, longestPause)
        let jitter = Int64(seed % 1024) * (pause / 5) / 1024
        return pause - pause / 10 + jitter
    }

    /// Whether another attempt may begin at `time`.
    func allows(attempt: Int32, firstAttemptAt: Int64, at time: Int64) -> Bool {
        attempt < attempts && time - firstAttemptAt < window
    }
}

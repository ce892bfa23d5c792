import Glibc
import Platform

/// Asks again and again until there is an answer: for what another thread or process, or the kernel, brings about. Nothing else in
/// the tests waits by looking.
///
/// - Parameters:
///   - seconds: of real time, which only a failing test reaches: a busy machine may be fifty times as slow as a quiet one.
///   - ask: gives nil as long as it is not so.
/// - Throws: `NotInTime`, and what `ask` throws.
@discardableResult
public func eventually<Value>(within seconds: Double = 120, _ ask: () throws -> Value?) throws -> Value {
    let clock = SystemClock()
    let end = clock.now() + Int64(seconds * 1_000_000)
    var pause: UInt32 = 500
    while true {
        if let value = try ask() { return value }
        guard clock.now() < end else { throw NotInTime(seconds: seconds) }
        usleep(pause)
        pause = min(pause * 5 / 4, 2000)
    }
}

/// The same for what is so or not.
public func eventually(within seconds: Double = 120, _ isSo: () throws -> Bool) throws {
    try eventually(within: seconds) { try isSo() ? () : nil }
}

/// What was waited for did not come to pass.
public struct NotInTime: Error, CustomStringConvertible {
    public let seconds: Double
    public var description: String { "it did not come to pass within \(seconds) s" }
}

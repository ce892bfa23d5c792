import CTessera
import Synchronization

/// Gives each request that is sent for a run a span of its own in the run's trace. Any thread.
public final class TraceSpans: Sendable {
    private let last = Atomic<UInt64>(UInt64.random(in: 0...UInt64.max))

    public init() {}

    /// Writes `traceparent` with a span id that it had never before.
    /// - Parameters:
    ///   - traceparent: as W3C Trace Context writes it; of another length it counts as none.
    ///   - text: room for `TESSERA_TRACEPARENT_LENGTH` bytes.
    /// - Returns: the bytes written; 0 without a trace.
    public func write(_ traceparent: [UInt8], to text: UnsafeMutablePointer<CChar>) -> Int {
        guard traceparent.count == Int(TESSERA_TRACEPARENT_LENGTH) else { return 0 }
        for (place, byte) in traceparent.enumerated() { text[place] = CChar(bitPattern: byte) }
        let span = next()
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: span >> UInt64(60 - 4 * place)) & 15
            text[36 + place] = CChar(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return traceparent.count
    }

    /// As good as random, and never the same twice (splitmix64 is a bijection).
    private func next() -> UInt64 {
        var span = last.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
        span = (span ^ (span >> 30)) &* 0xbf58_476d_1ce4_e5b9
        span = (span ^ (span >> 27)) &* 0x94d0_49bb_1331_11eb
        span ^= span >> 31
        // All zero would be no span.
        return span == 0 ? 1 : span
    }
}

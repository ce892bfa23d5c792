import Crypto

/// Where runs stand in traces (W3C Trace Context).
enum RunTrace {
    /// A run's own span: in the trace of the call that asked for it, else in a new one. A new trace is not marked as sampled, since
    /// nothing is recorded here.
    /// - Parameter parent: a well-formed traceparent of version 00.
    static func traceparent(childOf parent: String?) throws -> String {
        let span = Crypto.hex(try Crypto.random(8))
        if let parent {
            let parts = parent.split(separator: "-")
            if parts.count == 4 { return "00-\(parts[1])-\(span)-\(parts[3])" }
        }
        return "00-\(Crypto.hex(try Crypto.random(16)))-\(span)-00"
    }
}

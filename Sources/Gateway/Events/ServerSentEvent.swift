import Journeys

/// One event of a stream of server-sent events.
struct ServerSentEvent {
    var name: String
    /// By which a client that comes again says how far it is; nil for what it is told anew anyway.
    var id: String?
    var data: JSON

    /// JSON text has no line breaks, so one `data` line holds it.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let id { bytes += Array("id: \(id)\n".utf8) }
        bytes += Array("event: \(name)\ndata: ".utf8)
        bytes += data.serialized()
        bytes += Array("\n\n".utf8)
        return bytes
    }

    static let headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
    /// A comment, which tells only that the connection lives.
    static let heartbeat = Array(":\n\n".utf8)
    /// How long a client waits before it comes again, in milliseconds.
    static let retry = Array("retry: 2000\n\n".utf8)
}

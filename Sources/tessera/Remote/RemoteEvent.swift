import Journeys

/// A server-sent event of a gateway.
struct RemoteEvent {
    var name = ""
    var id: String?
    var data = JSON.null

    /// Puts events together from the lines of a stream.
    struct Reader {
        private var event = RemoteEvent()
        private var hasData = false

        /// The event that an empty line ends; nil for other lines.
        mutating func event(endedBy line: [UInt8]) throws -> RemoteEvent? {
            let text = String(decoding: line, as: UTF8.self)
            guard !text.isEmpty else {
                defer { (event, hasData) = (RemoteEvent(), false) }
                return hasData ? event : nil
            }
            guard let colon = text.firstIndex(of: ":") else { return nil }
            let value = text[text.index(after: colon)...].drop { $0 == " " }
            switch text[..<colon] {
            case "event": event.name = String(value)
            case "id": event.id = String(value)
            case "data":
                // The gateway writes JSON on one line.
                event.data = try JSON.parse(Array(value.utf8))
                hasData = true
            default: break
            }
            return nil
        }
    }
}

/// The methods of requests that connectors send.
public enum RequestMethod: String, CaseIterable, Sendable {
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case get = "GET"

    /// Those whose requests have a body.
    public static let withBody: [RequestMethod] = [.post, .put, .patch]
}

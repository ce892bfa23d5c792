/// The statuses of sources, models and destinations.
enum ResourceStatus {
    static let connected = "connected"
    static let error = "error"
    static let all = [connected, error]
}

/// What is under way to one destination, over all calls that send to it. The loop's thread only.
final class Lane {
    let destinationID: String
    var inFlight = 0

    init(_ destinationID: String) { self.destinationID = destinationID }
}

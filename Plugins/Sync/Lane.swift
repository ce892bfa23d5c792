/// What is under way to one destination, and the calls that send to it, in turns. The loop's thread only.
final class Lane {
    let destinationID: String
    unowned let party: Party
    var inFlight = 0
    var jobs: [Job] = []

    init(_ destinationID: String, _ party: Party) {
        self.destinationID = destinationID
        self.party = party
    }
}

/// What is under way for one workspace, and its destinations, in turns. The loop's thread only.
final class Party {
    let workspaceID: String
    var inFlight = 0
    var lanes: [Lane] = []

    init(_ workspaceID: String) { self.workspaceID = workspaceID }

    /// Of the places that are free a party may hold three times as many itself: alone it gets three quarters, two get three
    /// sevenths each, and some are always left for who comes next. These are the dynamic thresholds of Choudhury and Hahne,
    /// IEEE/ACM Transactions on Networking 6(2), 1998.
    func mayHoldMore(free: Int) -> Bool { inFlight < 3 * free }
}

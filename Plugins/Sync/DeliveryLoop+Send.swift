import CCurl
import CTessera
import TesseraPluginKit

extension DeliveryLoop {
    /// What came of an attempt to go on with a call.
    private enum Step {
        case went
        /// A limit holds the call up for a short time.
        case blocked
        case exhausted
    }

    /// Requests of one call before the next call gets its turn.
    private static let turn = 16
    /// Up to so long a row waits in its queue for a limit; for longer it goes back to the engine.
    private static let shortWait: Int64 = 1_000_000

    /// Until a destination that can't be opened is looked at again, in microseconds.
    private static let closedPause: Int64 = 60_000_000

    /// Finds a new call's destination. A dry run is over after this.
    func begin(_ job: Job) {
        let mapping = job.mapping
        let (found, reason) = acquire(job)
        guard let destination = found else {
            refuse(
                job, "destination \(mapping.destinationID) can't be used: \(reason.isEmpty ? "it is unknown" : reason)")
            return job.call.done()
        }
        job.destination = destination
        job.secrets = SecretSet(destination)
        if job.call.isDryRun {
            job.dryRun(now: job.call.now)
            return end(job)
        }
        let deadline = job.call.deadline
        if deadline > 0 {
            // A request sent now must have its whole time; when the call brings less than that, half of what it brings.
            job.sendUntil = deadline - min(Int64(limits.totalTimeout) * 1000 + 500_000, max(0, deadline - now) / 2)
        }
        let lane = lane(mapping.destinationID, workspaceID: String(job.call.pointer.pointee.workspace_id))
        job.lane = lane
        lane.jobs.append(job)
        jobs.append(job)
    }

    /// The destination as it is now, to be released; without one the reason.
    func acquire(_ job: Job) -> (destination: UnsafePointer<tessera_destination>?, reason: String) {
        guard let connectors, let acquire = connectors.pointee.acquire else {
            return (nil, "this gateway offers no destinations")
        }
        var reason = tessera_str(data: nil, length: 0)
        let destination = acquire(connectors, job.call.pointer, job.mapping.id[0], &reason)
        return (destination, destination == nil ? String(reason) : "")
    }

    /// The destination of the call can't be delivered to.
    private func refuse(_ job: Job, _ message: String) {
        let error = RowError(.serviceUnavailable, message)
        if exists(job), !job.call.isDryRun {
            // Its connector is in quarantine, or not loaded: nothing was tried, and that may be mended.
            job.retry(0..<job.rows.count, at: now + Self.closedPause, notAttempted: true, error)
        } else {
            // What does not exist must not be waited for without end: it costs an attempt.
            job.retry(0..<job.rows.count, error)
        }
    }

    /// Whether there is such a destination. Who asks to send nothing is refused only when there is none.
    private func exists(_ job: Job) -> Bool {
        guard connectors != nil, let delivery, let acquire = delivery.pointee.acquire else { return false }
        var notBefore: Int64 = 0
        _ = acquire(delivery, job.call.pointer, job.mapping.id[0], nil, 0, &notBefore)
        return notBefore == 0
    }

    private func lane(_ destinationID: String, workspaceID: String) -> Lane {
        let party = parties.first { $0.workspaceID == workspaceID } ?? Party(workspaceID)
        if party.lanes.isEmpty { parties.append(party) }
        if let lane = party.lanes.first(where: { $0.destinationID == destinationID }) { return lane }
        let lane = Lane(destinationID, party)
        party.lanes.append(lane)
        return lane
    }

    /// Starts what may be started: workspaces take turns, in each its destinations, and for each the calls that send to it.
    func pump() {
        nextWake = .max
        for job in jobs where !job.isExhausted { giveUpIfLate(job) }
        var went = true
        while went, inFlight < limits.inFlight {
            went = false
            for party in parties where advance(party) { went = true }
        }
        // Whose turn is first must not depend on who came first.
        parties.rotate()
    }

    /// A workspace's turn: its next destination that can go on.
    private func advance(_ party: Party) -> Bool {
        for _ in party.lanes.indices {
            let lane = party.lanes[0]
            party.lanes.rotate()
            if advance(lane) { return true }
        }
        return false
    }

    /// A destination's turn: its next call that can go on.
    private func advance(_ lane: Lane) -> Bool {
        for _ in lane.jobs.indices {
            let job = lane.jobs[0]
            lane.jobs.rotate()
            if !job.isExhausted, advance(job, lane) { return true }
        }
        return false
    }

    /// A call's turn; whether anything went.
    private func advance(_ job: Job, _ lane: Lane) -> Bool {
        if job.blockedUntil > now {
            nextWake = min(nextWake, job.blockedUntil)
            return false
        }
        job.blockedUntil = 0
        var went = false
        for _ in 0..<DeliveryLoop.turn {
            guard inFlight < limits.inFlight, lane.inFlight < limits.inFlightPerDestination,
                lane.party.mayHoldMore(free: limits.inFlight - inFlight), case .went = step(job, lane)
            else { break }
            went = true
        }
        return went
    }

    private func step(_ job: Job, _ lane: Lane) -> Step {
        if job.call.isCancelled { giveUpIfLate(job) }
        if !job.hasQueued {
            if job.isExhausted { return .exhausted }
            job.build(now: now)
            return .went
        }
        guard let slot = takeSlot() else {
            block(job, until: now + 100_000)
            return .blocked
        }
        let queued = job.queue[job.next]
        var notBefore: Int64 = 0
        var rowCount = UInt32(clamping: queued.rows.count)
        if let delivery, let acquire = delivery.pointee.acquire,
            acquire(delivery, job.call.pointer, job.mapping.id[0], &rowCount, 1, &notBefore) == 0
        {
            freeSlots.append(slot)
            if notBefore == 0, queued.rows.count > 1 {
                // Fewer rows may go.
                job.next += 1
                for row in queued.callRows { job.owners[row] = 0 }
                job.splitInHalves(Array(queued.callRows))
                return .went
            }
            // Of the present moment, as the answer is: a connector may have taken its time to build, or to crash and be hunted.
            now = Host.now
            if notBefore - now < DeliveryLoop.shortWait, notBefore <= job.sendUntil {
                // Without a time to go by: when one of the destination's requests has ended, or shortly.
                block(job, until: max(notBefore, now + 5_000))
                return .blocked
            }
            job.next += 1
            job.retry(
                queued.callRows, at: notBefore, notAttempted: true,
                RowError(.rateLimit, "held back: the limits of the destination allow no request before that time"))
            return .went
        }
        job.next += 1
        send(queued, of: job, lane, slot)
        return .went
    }

    private func send(_ queued: QueuedRequest, of job: Job, _ lane: Lane, _ slot: Slot) {
        guard let request = queued.request, let secrets = job.secrets else { return }
        do throws(Refusal) {
            try slot.prepare(request, secrets, now: now, timeout: timeout(for: job)) { [traces] text in
                traces?.pointee.traceparent?(traces, job.call.pointer, text) ?? 0
            }
        } catch {
            freeSlots.append(slot)
            Slot.withFailure(TESSERA_TRANSPORT_REFUSED, error.message, latency: 0) { answer in
                job.classify(queued, answer, now: now)
                settle(job, queued, answer, wasSent: false)
            }
            return
        }
        slot.job = job
        slot.request = queued
        job.inFlight += 1
        lane.inFlight += 1
        lane.party.inFlight += 1
        inFlight += 1
        let status = curl_multi_add_handle(multi, slot.easy)
        if status != CURLM_OK { finish(slot, CURLE_FAILED_INIT) }
    }

    /// Milliseconds for one request: a call's deadline may leave less than usual.
    private func timeout(for job: Job) -> Int {
        let deadline = job.call.deadline
        if deadline <= 0 { return limits.totalTimeout }
        let left = deadline - now
        return min(limits.totalTimeout, max(1, Int((left - min(500_000, left / 8)) / 1000)))
    }

    private func block(_ job: Job, until time: Int64) {
        job.blockedUntil = time
        nextWake = min(nextWake, time)
    }

    /// Stops a call that was cancelled or whose deadline comes too near: what was not sent goes back.
    private func giveUpIfLate(_ job: Job) {
        if job.call.isCancelled {
            job.holdBack(at: now, RowError(.misc, "not sent: the run was paused or cancelled"))
        } else if now > job.sendUntil {
            job.holdBack(at: now, RowError(.misc, "not sent: the time of this batch was over, the destination is slow"))
        }
    }

    private func takeSlot() -> Slot? {
        if let slot = freeSlots.popLast() { return slot }
        do {
            let slot = try Slot(limits, sockets: sockets)
            slots.append(slot)
            return slot
        } catch {
            Host.log(.error, "\(error)")
            return nil
        }
    }
}

extension Array {
    /// Puts the first element last.
    fileprivate mutating func rotate() { if count > 1 { append(removeFirst()) } }
}

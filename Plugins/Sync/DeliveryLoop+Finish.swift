import CCurl
import CTessera
import TesseraPluginKit

extension DeliveryLoop {
    /// Takes the transfers that have ended. False when none had.
    @discardableResult
    func harvest() -> Bool {
        var left: Int32 = 0
        let before = inFlight
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = tessera_curl_message_result(message)
            var pointer: UnsafeMutableRawPointer?
            _ = tessera_curl_getinfo_ptr(easy, CURLINFO_PRIVATE, &pointer)
            // The message is gone after this.
            curl_multi_remove_handle(multi, easy)
            if let slot = Slot.from(pointer) { finish(slot, result) }
        }
        for job in jobs { job.flush() }
        return inFlight < before
    }

    /// A request has ended: its rows get their outcomes.
    func finish(_ slot: Slot, _ result: CURLcode) {
        guard let job = slot.job, let lane = job.lane, let secrets = job.secrets else { return }
        let queued = slot.request
        slot.withAnswer(result, secrets, now: now) { answer in
            job.classify(queued, answer, now: now)
            settle(job, queued, answer, wasSent: slot.wasSent(result))
        }
        slot.job = nil
        slot.request = QueuedRequest()
        freeSlots.append(slot)
        job.inFlight -= 1
        lane.inFlight -= 1
        lane.party.inFlight -= 1
        inFlight -= 1
        for other in lane.jobs where other.blockedUntil != 0 { other.blockedUntil = 0 }
    }

    /// Tells the core how a granted request ended.
    func settle(
        _ job: Job, _ queued: QueuedRequest, _ answer: UnsafePointer<tessera_answer>, wasSent: Bool
    ) {
        guard let delivery else { return }
        let id = job.mapping.id[0]
        // The connector has the word: it may take 410 for an answer like others, or for the end of one row's resource.
        if answer.pointee.status == 410, job.lostCount == queued.rows.count, isPresent(job) {
            // Before the request is settled, so that the core knows that it went before a person acted.
            "the destination answered 410 Gone".withTesseraText {
                delivery.pointee.disable?(delivery, job.call.pointer, id, $0)
            }
        }
        let settleClass = Self.settleClass(answer.pointee)
        let refused = settleClass == TESSERA_SETTLE_DELIVERED ? job.failedCount : 0
        let wasHandedOver = wasSent && answer.pointee.status != 503
        let latency = max(0, answer.pointee.latency_us)
        var settlement = tessera_settlement(
            size: UInt32(MemoryLayout<tessera_settlement>.size), settle_class: settleClass,
            rows: UInt32(clamping: queued.rows.count - refused), retried: UInt32(clamping: job.retriedCount),
            latency_us: wasHandedOver ? latency : -max(1, latency),
            retry_at_us: holdUntil(job, answer.pointee))
        delivery.pointee.settle?(delivery, job.call.pointer, id, &settlement)
    }

    /// Whether the destination is still what the call began with: nobody has changed it meanwhile.
    private func isPresent(_ job: Job) -> Bool {
        guard let connectors, let release = connectors.pointee.release, let held = job.destination,
            let first = acquire(job).destination
        else { return false }
        defer { release(connectors, first) }
        if first == held { return true }
        guard let second = acquire(job).destination else { return false }
        defer { release(connectors, second) }
        // In a process of its own each `acquire` makes a copy. There the tokens tell: they are issued when it is opened.
        return first != second && Self.tokens(of: first) == Self.tokens(of: held)
    }

    private static func tokens(of destination: UnsafePointer<tessera_destination>) -> [[UInt8]] {
        UnsafeBufferPointer(start: destination.pointee.secrets, count: destination.pointee.secret_count)
            .map { Array($0.token.bytes) }
    }

    /// Retry-After; where an API says it in a way of its own, such as X-RateLimit-Reset, its connector has read it.
    private func holdUntil(_ job: Job, _ answer: tessera_answer) -> Int64 {
        if answer.retry_at_us != 0 || Self.settleClass(answer) != TESSERA_SETTLE_THROTTLED { return answer.retry_at_us }
        return job.retriedAt
    }

    private static func settleClass(_ answer: tessera_answer) -> UInt32 {
        switch answer.transport {
        case TESSERA_TRANSPORT_OK: break
        // Our own no says nothing about the destination's health.
        case TESSERA_TRANSPORT_REFUSED: return TESSERA_SETTLE_REJECTED
        default: return TESSERA_SETTLE_FAILED
        }
        switch answer.status {
        case 200..<300: return TESSERA_SETTLE_DELIVERED
        case 429: return TESSERA_SETTLE_THROTTLED
        case 408, 500...: return TESSERA_SETTLE_FAILED
        default: return TESSERA_SETTLE_REJECTED
        }
    }

    /// Ends the calls whose last request has ended.
    func endJobs() {
        guard jobs.contains(where: \.isOver) else { return }
        let over = jobs.filter(\.isOver)
        jobs.removeAll(where: \.isOver)
        for job in over {
            job.lane?.jobs.removeAll { $0 === job }
            end(job)
        }
        for party in parties { party.lanes.removeAll(where: \.jobs.isEmpty) }
        parties.removeAll(where: \.lanes.isEmpty)
    }

    /// Reports what is left, gives the destination back and says `done`: the call is not touched after this.
    func end(_ job: Job) {
        job.flush()
        job.secrets = nil
        if let destination = job.destination, let connectors { connectors.pointee.release?(connectors, destination) }
        job.destination = nil
        job.call.done()
    }
}

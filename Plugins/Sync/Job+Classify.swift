import CTessera
import TesseraPluginKit

extension Job {
    /// Lets the connector judge the answer to a request; the outcomes are collected or reported.
    func classify(_ queued: QueuedRequest, _ answer: UnsafePointer<tessera_answer>, now: Int64) {
        guard let destination, let type = destination.pointee.type, let connector = destination.pointee.connector else {
            return
        }
        classified = queued
        self.answer = answer
        classifiedAt = now
        retriedCount = 0
        retriedAt = 0
        failedCount = 0
        lostCount = 0
        defer {
            classified = QueuedRequest()
            self.answer = nil
            exchange = nil
        }
        var call = tessera_classify_call()
        call.size = UInt32(MemoryLayout<tessera_classify_call>.size)
        call.context = Unmanaged.passUnretained(self).toOpaque()
        call.now_us = now
        call.report = { call, outcomes, count in
            guard let context = call?.pointee.context else { return }
            let job = Unmanaged<Job>.fromOpaque(context).takeUnretainedValue()
            job.take(outcomes, count, job.classified.places, number: job.classified.number)
        }
        let status =
            connector.pointee.classify?(type, destination.pointee.instance, queued.request, answer, &call) ?? 1
        if !split.isEmpty {
            // To the limits these rows were not handed over.
            retriedCount += split.count
            splitInHalves(split)
            split = []
        }
        if status == 0 { return }
        complain("its connector failed to judge an answer (\(status))")
        // Rows that are built anew have no owner.
        // Whether the destination took the others nobody knows: to the limits it was handed them.
        retry(
            queued.callRows.filter { owners[$0] == queued.number },
            RowError(
                .misc, "the connector failed to judge the destination's answer: see the gateway's log",
                httpStatus: answer.pointee.status))
    }
}

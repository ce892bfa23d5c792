import CTessera
import TesseraPluginKit

extension Job {
    /// Lets the connector judge the answer to a request; the outcomes are collected or reported.
    func classify(_ queued: QueuedRequest, _ answer: UnsafePointer<tessera_answer>, now: Int64) {
        guard let destination, let type = destination.pointee.type, let connector = destination.pointee.connector else {
            return
        }
        classified = queued
        var call = tessera_classify_call()
        call.size = UInt32(MemoryLayout<tessera_classify_call>.size)
        call.context = Unmanaged.passUnretained(self).toOpaque()
        call.now_us = now
        call.report = { call, outcomes, count in
            guard let context = call?.pointee.context else { return }
            let job = Unmanaged<Job>.fromOpaque(context).takeUnretainedValue()
            let queued = job.classified
            job.take(outcomes, count, base: queued.base, limit: job.rows.count - queued.base, number: queued.number)
        }
        let status = ConnectorTurn.take {
            connector.pointee.classify?(type, destination.pointee.instance, queued.request, answer, &call) ?? 1
        }
        if status == 0 { return }
        complain("its connector failed to judge an answer (\(status))")
        retry(
            queued.rows.lazy.map { Int($0) + queued.base },
            RowError(
                .misc, "the connector failed to judge the destination's answer: see the gateway's log",
                httpStatus: answer.pointee.status))
    }
}

import CTessera
import Synchronization
import TesseraPluginKit

/// Connectors are not promised to be called from two threads at once: the loop and a probe take turns.
enum ConnectorTurn {
    private static let mutex = Mutex(())

    static func take<Result>(_ body: () -> Result) -> Result { mutex.withLock { _ in body() } }
}

extension Job {
    /// Text of constants that one `build` may be given.
    private static let constantBudget = 16 << 20

    /// Lets the connector turn the next rows into requests, which go into the queue.
    func build(now: Int64) {
        guard let destination, let type = destination.pointee.type, let connector = destination.pointee.connector else {
            return
        }
        let base = built
        var limit = type.pointee.max_rows == 0 ? rows.count : Int(type.pointee.max_rows)
        limit = min(limit, max(1, Job.constantBudget / max(1, mapping.constantBytes)))
        let part = base..<min(rows.count, base + limit)
        built = part.upperBound
        queue.removeFirst(next)
        next = 0
        let queued = queue.count
        let batch = ConnectorBatch(mapping, rows, rows: part)
        let builder = Builder(job: self, base: base, count: part.count)
        var call = tessera_build_call()
        call.size = UInt32(MemoryLayout<tessera_build_call>.size)
        call.context = Unmanaged.passUnretained(builder).toOpaque()
        call.now_us = now
        call.request = { call, request in Builder.from(call?.pointee.context)?.add(request) }
        call.report = { call, outcomes, count in Builder.from(call?.pointee.context)?.report(outcomes, count) }
        let status = ConnectorTurn.take {
            connector.pointee.build?(type, destination.pointee.instance, batch.schema, batch.array, &call) ?? 1
        }
        withExtendedLifetime((builder, batch)) {}
        if status != 0 {
            queue.removeLast(queue.count - queued)
            complain("its connector failed to build requests (\(status))")
            // Rows that it failed itself keep that outcome: the first report of a row wins.
            retry(part, RowError(.misc, "the connector failed to build a request: see the gateway's log"))
        } else if builder.taken < part.count {
            complain("its connector left \(part.count - builder.taken) rows without a request or an outcome")
        }
    }
}

/// What a connector reports to during `build`.
private final class Builder {
    private let job: Job
    private let base: Int
    private let count: Int
    /// Rows with a request or an outcome.
    var taken = 0

    init(job: Job, base: Int, count: Int) {
        self.job = job
        self.base = base
        self.count = count
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> Builder? {
        context.map { Unmanaged<Builder>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Copies a request into the job's arena and queues it.
    func add(_ lent: UnsafePointer<tessera_request>?) {
        guard let lent, Int(lent.pointee.size) >= MemoryLayout<tessera_request>.size else {
            return job.complain("its connector was built for another version of the connector interface: rebuild it")
        }
        let arena = job.arena
        var request = lent.pointee
        let rows = UnsafeBufferPointer(start: request.rows, count: request.rows == nil ? 0 : request.row_count)
        guard !rows.isEmpty, rows.allSatisfy({ Int($0) < count && job.owners[base + Int($0)] == 0 }) else {
            return job.complain("its connector put a row into two requests, or a request has no rows: it was not sent")
        }
        job.requestCount += 1
        for row in rows { job.owners[base + Int(row)] = job.requestCount }
        taken += rows.count
        let headers = UnsafeBufferPointer(
            start: request.headers, count: request.headers == nil ? 0 : request.header_count)
        let headerCopies = arena.allocate(tessera_header.self, headers.count)
        for (index, header) in headers.enumerated() {
            headerCopies[index] = tessera_header(name: arena.copy(header.name), value: arena.copy(header.value))
        }
        let tokens = UnsafeBufferPointer(
            start: request.signing_tokens, count: request.signing_tokens == nil ? 0 : request.signing_token_count)
        let tokenCopies = arena.allocate(tessera_str.self, tokens.count)
        for (index, token) in tokens.enumerated() { tokenCopies[index] = arena.copy(token) }
        let rowCopies = arena.allocate(UInt32.self, rows.count)
        _ = UnsafeMutableBufferPointer(start: rowCopies, count: rows.count).initialize(from: rows)
        request.size = UInt32(MemoryLayout<tessera_request>.size)
        request.method = arena.copy(request.method)
        request.url = arena.copy(request.url)
        request.headers = UnsafePointer(headerCopies)
        request.header_count = headers.count
        request.body = arena.copy(request.body)
        request.rows = UnsafePointer(rowCopies)
        request.message_id = arena.copy(request.message_id)
        request.signing_tokens = UnsafePointer(tokenCopies)
        request.signing_token_count = tokens.count
        let copy = arena.allocate(tessera_request.self, 1)
        copy.initialize(to: request)
        job.queue.append(QueuedRequest(request: UnsafePointer(copy), base: base, number: job.requestCount))
    }

    /// Rows that can't be sent.
    func report(_ outcomes: UnsafePointer<tessera_outcome>?, _ count: Int) {
        taken += count
        job.take(outcomes, count, base: base, limit: self.count, number: 0)
    }
}

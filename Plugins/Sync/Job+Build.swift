import CTessera
import TesseraPluginKit

extension Job {
    /// Text of constants that one `build` may be given.
    private static let constantBudget = 16 << 20

    /// Lets the connector turn the next rows into requests, which go into the queue: parts of earlier requests first.
    func build(now: Int64) {
        guard let destination, let type = destination.pointee.type else { return }
        queue.removeFirst(next)
        next = 0
        if !parts.isEmpty {
            let part = parts.removeFirst()
            return build(BatchCopy(picking: part, from: rows), RowPlaces(picked: part), 0..<part.count, now: now)
        }
        var limit = type.pointee.max_rows == 0 ? rows.count : Int(type.pointee.max_rows)
        limit = min(limit, max(1, Job.constantBudget / max(1, mapping.constantBytes)))
        let part = built..<min(rows.count, built + limit)
        built = part.upperBound
        build(rows, RowPlaces(part), part, now: now)
    }

    /// - Parameter part: which rows of `rows` make the connector's batch.
    private func build(_ rows: BatchCopy, _ places: RowPlaces, _ part: Range<Int>, now: Int64) {
        guard let destination, let type = destination.pointee.type, let connector = destination.pointee.connector else {
            return
        }
        let queued = queue.count
        let batch = ConnectorBatch(mapping, rows, rows: part)
        let builder = Builder(job: self, places: places)
        var call = tessera_build_call()
        call.size = UInt32(MemoryLayout<tessera_build_call>.size)
        call.context = Unmanaged.passUnretained(builder).toOpaque()
        call.now_us = now
        call.request = { call, request in Builder.from(call?.pointee.context)?.add(request) }
        call.report = { call, outcomes, count in Builder.from(call?.pointee.context)?.report(outcomes, count) }
        let status =
            connector.pointee.build?(type, destination.pointee.instance, batch.schema, batch.array, &call) ?? 1
        withExtendedLifetime((builder, batch, rows)) {}
        if status != 0 {
            queue.removeLast(queue.count - queued)
            complain("its connector failed to build requests (\(status))")
            // Rows that it failed itself keep that outcome: the first report of a row wins.
            retry(
                (0..<places.count).lazy.map { places[$0] },
                RowError(.misc, "the connector failed to build a request: see the gateway's log"))
        } else if builder.taken < places.count {
            complain("its connector left \(places.count - builder.taken) rows without a request or an outcome")
        }
    }
}

/// What a connector reports to during `build`.
private final class Builder {
    private let job: Job
    private let places: RowPlaces
    /// Rows with a request or an outcome.
    var taken = 0

    init(job: Job, places: RowPlaces) {
        self.job = job
        self.places = places
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
        guard !rows.isEmpty, rows.allSatisfy({ Int($0) < places.count && job.owners[places[Int($0)]] == 0 }) else {
            return job.complain("its connector put a row into two requests, or a request has no rows: it was not sent")
        }
        job.requestCount += 1
        for row in rows { job.owners[places[Int(row)]] = job.requestCount }
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
        job.queue.append(QueuedRequest(request: UnsafePointer(copy), places: places, number: job.requestCount))
    }

    /// Rows that can't be sent.
    func report(_ outcomes: UnsafePointer<tessera_outcome>?, _ count: Int) {
        taken += count
        job.take(outcomes, count, places, number: 0)
    }
}

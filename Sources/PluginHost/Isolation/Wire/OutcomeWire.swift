import CTessera

/// Outcomes in the body of a frame, with their errors. Where none has an error they go through the lane's memory instead.
enum OutcomeWire {
    static func write(_ outcomes: UnsafeBufferPointer<tessera_outcome>, to body: inout WireWriter) {
        body.integer(UInt32(truncatingIfNeeded: outcomes.count))
        for outcome in outcomes {
            body.integer(outcome.row)
            body.integer(outcome.kind)
            body.integer(outcome.flags)
            body.integer(outcome.branch)
            body.integer(outcome.time_us)
            body.bool(outcome.error != nil)
            guard let error = outcome.error?.pointee else { continue }
            // A plugin that lies about the size of its error gets the same answer on either side of the line.
            let isWhole = error.size >= UInt32(MemoryLayout<tessera_error>.size)
            body.bool(isWhole)
            guard isWhole else { continue }
            body.integer(error.http_status)
            body.text(cut(error.code, 128))
            body.text(cut(error.message, 4096))
            body.text(cut(error.request, 65_536))
            body.text(cut(error.response, 65_536))
        }
    }

    /// Hands on what `write` wrote, lent for the call; nothing of it is checked yet but its form.
    static func read(
        _ body: inout WireReader, _ take: (UnsafeMutableBufferPointer<tessera_outcome>) -> Void
    ) throws(WireError) {
        var outcomes: [tessera_outcome] = []
        var errors: [tessera_error] = []
        var failed: [Int] = []
        for _ in 0..<(try body.count()) {
            var outcome = tessera_outcome()
            outcome.row = try body.integer()
            outcome.kind = try body.integer()
            outcome.flags = try body.integer()
            outcome.branch = try body.integer()
            outcome.time_us = try body.integer()
            if try body.bool() {
                failed.append(outcomes.count)
                errors.append(try body.bool() ? Self.error(&body) : tessera_error())
            }
            outcomes.append(outcome)
        }
        errors.withUnsafeBufferPointer { errors in
            outcomes.withUnsafeMutableBufferPointer { outcomes in
                for (error, index) in failed.enumerated() {
                    outcomes[index].error = errors.baseAddress.map { $0 + error }
                }
                take(outcomes)
            }
        }
    }

    private static func error(_ body: inout WireReader) throws(WireError) -> tessera_error {
        let status = try body.integer(Int32.self)
        return tessera_error(
            size: UInt32(MemoryLayout<tessera_error>.size), http_status: status, code: try body.lent(),
            message: try body.lent(), request: try body.lent(), response: try body.lent())
    }

    private static func cut(_ text: tessera_str, _ limit: Int) -> tessera_str {
        tessera_str(data: text.data, length: min(text.length, limit))
    }
}

import CTessera

/// Outcomes in the body of a frame, with their errors. Where none has an error they go through the lane's memory instead.
enum OutcomeWire {
    /// What stands for an outcome's error.
    private enum ErrorMark: UInt8 {
        case none = 0
        case whole
        /// A plugin that lies about the size of its error gets the same answer on either side of the line.
        case tooShort
        /// That of the outcome before: one long answer may be the error of thousands of rows.
        case same
    }

    /// Bodies are cut at about this size: frames have a limit.
    private static let frameBytes = 4 << 20

    /// Writes outcomes into as many bodies as they take.
    static func write(_ outcomes: UnsafeBufferPointer<tessera_outcome>, each: (WireWriter) -> Void) {
        var start = 0
        while start < outcomes.count {
            var body = WireWriter()
            start += write(UnsafeBufferPointer(rebasing: outcomes[start...]), to: &body, limit: frameBytes)
            each(body)
        }
    }

    /// Writes all outcomes into one body.
    static func write(_ outcomes: UnsafeBufferPointer<tessera_outcome>, to body: inout WireWriter) {
        _ = write(outcomes, to: &body, limit: .max)
    }

    /// Each outcome follows a 1; a 0 ends them. Returns how many were written.
    private static func write(
        _ outcomes: UnsafeBufferPointer<tessera_outcome>, to body: inout WireWriter, limit: Int
    ) -> Int {
        var last: UnsafePointer<tessera_error>?
        var count = 0
        for outcome in outcomes where body.bytes.count < limit {
            body.bool(true)
            body.integer(outcome.row)
            body.integer(outcome.kind)
            body.integer(outcome.flags)
            body.integer(outcome.branch)
            body.integer(outcome.time_us)
            write(outcome.error, after: last, to: &body)
            last = outcome.error
            count += 1
        }
        body.bool(false)
        return count
    }

    private static func write(
        _ pointer: UnsafePointer<tessera_error>?, after last: UnsafePointer<tessera_error>?, to body: inout WireWriter
    ) {
        guard let error = pointer?.pointee else { return body.integer(ErrorMark.none.rawValue) }
        if pointer == last { return body.integer(ErrorMark.same.rawValue) }
        guard error.size >= UInt32(MemoryLayout<tessera_error>.size) else {
            return body.integer(ErrorMark.tooShort.rawValue)
        }
        body.integer(ErrorMark.whole.rawValue)
        body.integer(error.http_status)
        body.text(cut(error.code, 128))
        body.text(cut(error.message, 4096))
        body.text(cut(error.request, 65_536))
        body.text(cut(error.response, 65_536))
    }

    /// Hands on what `write` wrote, lent for the call; nothing of it is checked yet but its form.
    static func read(
        _ body: inout WireReader, _ take: (UnsafeMutableBufferPointer<tessera_outcome>) -> Void
    ) throws(WireError) {
        var outcomes: [tessera_outcome] = []
        var errors: [tessera_error] = []
        /// For each outcome the place of its error, or -1.
        var places: [Int] = []
        while try body.bool() {
            var outcome = tessera_outcome()
            outcome.row = try body.integer()
            outcome.kind = try body.integer()
            outcome.flags = try body.integer()
            outcome.branch = try body.integer()
            outcome.time_us = try body.integer()
            outcomes.append(outcome)
            switch ErrorMark(rawValue: try body.integer()) {
            case .none?: places.append(-1)
            case .whole?:
                places.append(errors.count)
                errors.append(try error(&body))
            case .tooShort?:
                places.append(errors.count)
                errors.append(tessera_error())
            case .same?: places.append(errors.count - 1)
            case nil: throw .broken("an outcome with an error of an unknown form")
            }
        }
        errors.withUnsafeBufferPointer { errors in
            outcomes.withUnsafeMutableBufferPointer { outcomes in
                for (index, place) in places.enumerated() where place >= 0 {
                    outcomes[index].error = errors.baseAddress.map { $0 + place }
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

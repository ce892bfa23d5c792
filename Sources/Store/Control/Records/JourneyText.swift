import Journeys

/// The orchestration object of the API as text. The definition's part is stored as it is shown, so that showing a journey
/// is joining bytes.
enum JourneyText {
    /// The members that the server sets, each as the text inside its quotes.
    struct Head {
        var id: UnsafeRawBufferPointer
        var workspaceID: UnsafeRawBufferPointer
        var definition: UnsafeRawBufferPointer
        var status: UnsafeRawBufferPointer
        var statusError: UnsafeRawBufferPointer
        var createdBy: UnsafeRawBufferPointer
        var createdAt: Int64
        var updatedAt: Int64
        /// Nil when there was no run.
        var lastRunID: UnsafeRawBufferPointer?
        var lastRunAt: Int64?
    }

    static func append(_ head: Head, to bytes: inout [UInt8]) {
        // 450: the names of the server's members and their values of fixed length. In steps of the array's own growth
        // when several objects go into one buffer.
        if bytes.isEmpty { bytes.reserveCapacity(head.definition.count + head.statusError.count + 550) }
        append("{\"id\":\"", to: &bytes)
        bytes.append(contentsOf: head.id)
        append("\",\"workspace_id\":\"", to: &bytes)
        bytes.append(contentsOf: head.workspaceID)
        append("\",", to: &bytes)
        bytes.append(contentsOf: head.definition)
        append(",\"status\":\"", to: &bytes)
        bytes.append(contentsOf: head.status)
        append("\",\"status_error\":\"", to: &bytes)
        JSON.write(escaping: head.statusError.bindMemory(to: UInt8.self), to: &bytes)
        append("\",\"created_by\":\"", to: &bytes)
        JSON.write(escaping: head.createdBy.bindMemory(to: UInt8.self), to: &bytes)
        append("\",\"created_at\":", to: &bytes)
        append(time: head.createdAt, to: &bytes)
        append(",\"updated_at\":", to: &bytes)
        append(time: head.updatedAt, to: &bytes)
        if let run = head.lastRunID {
            append(",\"last_run_id\":\"", to: &bytes)
            bytes.append(contentsOf: run)
            append("\",\"last_run_at\":", to: &bytes)
        } else {
            append(",\"last_run_id\":null,\"last_run_at\":", to: &bytes)
        }
        append(time: head.lastRunAt, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    static func append(_ record: JourneyRecord, to bytes: inout [UInt8]) {
        let texts = [
            record.id, record.workspaceID, record.status.rawValue, record.statusError, record.createdBy,
            record.lastRunID ?? "",
        ].map { Array($0.utf8) }
        withBuffers([record.definition] + texts) { buffers in
            let head = Head(
                id: buffers[1], workspaceID: buffers[2], definition: buffers[0], status: buffers[3],
                statusError: buffers[4], createdBy: buffers[5], createdAt: record.createdAt,
                updatedAt: record.updatedAt, lastRunID: record.lastRunID == nil ? nil : buffers[6],
                lastRunAt: record.lastRunAt)
            append(head, to: &bytes)
        }
    }

    private static func withBuffers(
        _ arrays: [[UInt8]], _ taken: [UnsafeRawBufferPointer] = [], _ body: ([UnsafeRawBufferPointer]) -> Void
    ) {
        guard taken.count < arrays.count else { return body(taken) }
        arrays[taken.count].withUnsafeBytes { withBuffers(arrays, taken + [$0], body) }
    }

    private static func append(time: Int64?, to bytes: inout [UInt8]) {
        guard let time else { return append("null", to: &bytes) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Timestamp.fixedLength) { buffer in
            guard let base = buffer.baseAddress else { return }
            Timestamp.write(fixed: time, to: base)
            bytes.append(UInt8(ascii: "\""))
            // The API's form has no fraction.
            bytes.append(contentsOf: buffer[..<19])
            append("Z\"", to: &bytes)
        }
    }

    static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

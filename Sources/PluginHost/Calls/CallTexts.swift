import CTessera

/// The four ids of a call, one after the other in one buffer. A buffer that gets too small is kept until the end: a late
/// reader may still look at it.
final class CallTexts {
    private var buffers: [UnsafeMutablePointer<CChar>] = []
    private var capacity = 0

    deinit { buffers.forEach { $0.deallocate() } }

    func write(_ context: CallContext, to call: UnsafeMutablePointer<tessera_call>) {
        let needed =
            context.workspaceID.utf8.count + context.journeyID.utf8.count + context.runID.utf8.count
            + context.tileID.utf8.count
        if needed > capacity || buffers.isEmpty {
            capacity = max(256, needed)
            buffers.append(.allocate(capacity: capacity))
        }
        var place = buffers[buffers.count - 1]
        call.pointee.workspace_id = Self.write(context.workspaceID, &place)
        call.pointee.journey_id = Self.write(context.journeyID, &place)
        call.pointee.run_id = Self.write(context.runID, &place)
        call.pointee.tile_id = Self.write(context.tileID, &place)
    }

    private static func write(_ id: String, _ place: inout UnsafeMutablePointer<CChar>) -> tessera_str {
        let start = place
        for byte in id.utf8 {
            place.initialize(to: CChar(bitPattern: byte))
            place += 1
        }
        return tessera_str(data: UnsafePointer(start), length: place - start)
    }
}

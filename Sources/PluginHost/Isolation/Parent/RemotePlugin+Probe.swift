import CTessera

extension RemotePlugin {
    /// `probe` of an isolated transport.
    func probe(
        _ destination: UnsafePointer<tessera_destination>, _ call: UnsafePointer<tessera_probe_call>
    ) -> Int32 {
        do throws(ProcessGone) {
            let process = try self.process()
            let held = HeldDestination(lent: destination)
            let number = process.hold(held)
            // The caller's from then on: released here even if the process has ended and taken it.
            defer {
                process.letGo(number)
                held.release()
            }
            var body = WireWriter()
            body.integer(call.pointee.now_us)
            body.integer(call.pointee.deadline_us)
            guard process.write(held, number, to: &body) else { return -1 }
            let time = max(0, min(call.pointee.deadline_us - call.pointee.now_us, 3600_000_000)) + 5_000_000
            return try process.call(.probe, body.bytes, timeoutUs: time) { head, reader throws(WireError) in
                guard head.kind == .step else { throw .broken("no step of a probe") }
                var step = tessera_probe_step()
                step.size = UInt32(MemoryLayout<tessera_probe_step>.size)
                step.ok = try reader.integer()
                step.step = try reader.lent()
                step.message = try reader.lent()
                step.elapsed_us = try reader.integer()
                step.http_status = try reader.integer()
                step.sent = try reader.lent()
                step.received = try reader.lent()
                call.pointee.step?(call, &step)
            } answer: { reader throws(WireError) in
                try reader.integer(Int32.self)
            }
        } catch {
            return -1
        }
    }
}

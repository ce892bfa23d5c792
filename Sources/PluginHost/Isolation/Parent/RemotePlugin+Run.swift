import CTessera
import Platform

extension RemotePlugin {
    /// `run` of an isolated tile.
    func run(
        _ instance: RemoteInstance, _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>,
        _ call: UnsafePointer<tessera_call>
    ) -> Int32 {
        let target = TileTarget(self, instance, schema, array, call)
        let process: RemoteProcess
        do throws(ProcessGone) { process = try self.process() } catch { return -1 }
        if instance.isAsync { target.keepBatch() }
        do throws(ProcessGone) {
            let status = try target.attempt(in: process)
            if status == 0, !instance.isAsync { worked(target.count) }
            return status
        } catch {
            if error.isShortage { return -1 }
            var hunt = Hunt(self, target)
            let status = hunt.run(target.unreported)
            guard instance.isAsync, status == 0 else { return status }
            target.finish()
            return 0
        }
    }

    /// A batch has come back well.
    func worked(_ rows: Int) {
        if rows > 0, !hasWorked.load(ordering: .relaxed) { hasWorked.store(true, ordering: .relaxed) }
    }

    /// An ASYNC call has ended by itself.
    func endedInTime() {
        worked(1)
        state.withLock { $0.overdue = 0 }
    }

    /// Hunts for the rows of ASYNC calls whose process has ended, one call after the other, on a thread of its own.
    func bereave(_ calls: [TileTarget]) {
        if calls.isEmpty { return }
        let mustStart = state.withLock { state in
            state.bereaved += calls
            defer { state.isHunting = true }
            return !state.isHunting
        }
        guard mustStart else { return }
        let thread = NativeThread(name: "plugin-hunt") { [self] in
            while let next = nextBereaved() {
                var hunt = Hunt(self, next)
                _ = hunt.run(next.unreported)
                next.finish()
            }
        }
        if thread.isRunning {
            thread.detach()
        } else {
            // Without a thread nothing is tried again here: the rows are unknown, and the engine tries them later.
            while let next = nextBereaved() { next.finish() }
        }
    }

    private func nextBereaved() -> TileTarget? {
        state.withLock { state in
            guard !state.bereaved.isEmpty else {
                state.isHunting = false
                return nil
            }
            return state.bereaved.removeFirst()
        }
    }
}

import Glibc

extension Reactor {
    /// Makes sure that the connection's deadline is in the heap. A later deadline needs no new entry.
    func schedule(_ connection: Connection) {
        guard connection.deadline < connection.scheduled else { return }
        connection.scheduled = connection.deadline
        if deadlines.count > 4 * open + 1024 {
            deadlines.compact { entry in
                guard let connection = self.connection(entry) else { return false }
                return connection.scheduled == entry.due
            }
        }
        deadlines.push(
            DeadlineHeap.Entry(
                due: connection.deadline, descriptor: connection.descriptor, serial: connection.serial))
    }

    /// Ends what has waited too long.
    func expire() {
        while let entry = deadlines.pop(now) {
            guard let connection = connection(entry), connection.scheduled == entry.due else { continue }
            connection.scheduled = .max
            if connection.timer == .none { continue }
            if connection.deadline > now {
                schedule(connection)
            } else {
                touch(connection)
                connection.expired()
            }
        }
    }

    private func connection(_ entry: DeadlineHeap.Entry) -> Connection? {
        let index = Int(entry.descriptor)
        guard index < connections.count, let connection = connections[index], connection.serial == entry.serial else {
            return nil
        }
        return connection
    }

    /// Milliseconds until the next deadline, rounded up; -1 without one.
    func timeout() -> Int32 {
        guard let next = deadlines.next else { return -1 }
        let left = next - Reactor.monotonic()
        return left <= 0 ? 0 : Int32(clamping: (left + 999) / 1000)
    }

    func readClocks() {
        now = Reactor.monotonic()
        date.update(clock.now())
    }

    static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

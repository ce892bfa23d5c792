import Glibc

/// Takes lines to a descriptor on a thread of its own, so that who logs never waits for who reads the log: a collector that
/// stands still must not stop a reactor. When the queue is full lines are dropped, counted, and told of once there is room.
///
/// Any thread.
public final class LogQueue: Sendable {
    private struct State {
        /// Whole lines, each with its line feed, that the thread has not taken yet.
        var lines: [UInt8] = []
        /// All lines that were dropped, and those of them that no line has told of yet.
        var lost = 0
        var untold = 0
        var isWriting = false
        var isClosed = false

        mutating func lose(_ count: Int) {
            lost += count
            untold += count
        }
    }
    private let state: Monitor<State>
    private let descriptor: Int32
    private let limit: Int
    private let isRunning: Bool

    /// - Parameters:
    ///   - descriptor: blocking or not; must stay open.
    ///   - limit: bytes that wait, beside as many that are being written.
    ///   - clock: of the line that tells of lost ones.
    public init(descriptor: Int32, limit: Int = 4 << 20, clock: any Clock) {
        let state = Monitor(State())
        let thread = NativeThread(name: "log", stackSize: 256 << 10) {
            Self.drain(state, to: descriptor, clock)
        }
        thread.detach()
        self.state = state
        self.descriptor = descriptor
        self.limit = limit
        isRunning = thread.isRunning
    }

    deinit { state.update { $0.isClosed = true } }

    /// Lines that were dropped so far.
    public var lost: Int { state.withLock { $0.lost } }

    /// Adds whole lines, the last one without its line feed.
    func append(_ lines: String) {
        guard isRunning else {
            _ = Self.write(Array(lines.utf8) + [10], to: descriptor)
            return
        }
        let isFirst = state.withLock { state in
            let isFirst = state.lines.isEmpty
            // What is longer than the queue passes through an empty one.
            guard isFirst || state.lines.count + lines.utf8.count < limit else {
                state.lose(lines.utf8.count { $0 == 10 } + 1)
                return false
            }
            state.lines.append(contentsOf: lines.utf8)
            state.lines.append(10)
            return isFirst
        }
        // Otherwise the thread is awake, or about to be.
        if isFirst { state.wake() }
    }

    /// Waits until all lines are written: what is logged last must be seen, too. Gives up after so much real time.
    /// - Returns: whether they are.
    @discardableResult
    public func flush(microseconds: Int64) -> Bool {
        state.wait(microseconds: microseconds) { $0.lines.isEmpty && !$0.isWriting ? true : nil } ?? false
    }

    private static func drain(_ state: Monitor<State>, to descriptor: Int32, _ clock: any Clock) {
        var batch: [UInt8] = []
        while true {
            let untold: Int? = state.wait { state -> Int?? in
                if state.lines.isEmpty { return state.isClosed ? .some(nil) : nil }
                swap(&state.lines, &batch)
                state.isWriting = true
                defer { state.untold = 0 }
                return state.untold
            }
            guard let untold else { return }
            let left = batch.count - write(batch, to: descriptor)
            let unwritten = batch.suffix(left).count { $0 == 10 }
            var isTold = untold == 0
            if !isTold, unwritten == 0 {
                var line = LogLines()
                line.begin(clock.now(), .error, event: "log_lines_lost", "lines of the log were lost: nobody took them")
                line.add("lines", untold)
                line.end()
                isTold = write(line.bytes, to: descriptor) == line.bytes.count
            }
            batch.removeAll(keepingCapacity: batch.capacity <= 1 << 20)
            state.update { state in
                state.lose(unwritten)
                if !isTold { state.untold += untold }
                state.isWriting = false
            }
        }
    }

    /// Writes all of it, and waits while the other end takes nothing.
    /// - Returns: bytes written: fewer only when it can't be written at all.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            if written > 0 {
                offset += written
            } else if written < 0, errno == EAGAIN {
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&room, 1, -1)
            } else if written == 0 || errno != EINTR {
                break
            }
        }
        return offset
    }
}

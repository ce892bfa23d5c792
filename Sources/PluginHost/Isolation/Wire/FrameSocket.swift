import CPlatform
import Glibc
import Platform

/// One end of a socket that frames go over. Writers take turns; one thread reads at a time.
final class FrameSocket: Sendable {
    let descriptor: Int32
    private let writing = Monitor(())

    /// Takes the descriptor over.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// A connected pair.
    static func pair() throws(SystemError) -> (FrameSocket, FrameSocket) {
        var ends: [Int32] = [-1, -1]
        guard tessera_socket_pair(&ends) == 0 else { throw SystemError("make a pair of sockets") }
        return (FrameSocket(ends[0]), FrameSocket(ends[1]))
    }

    /// A peer that takes nothing for so long is given up.
    func limitSending(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends a whole frame. Any thread.
    /// - Parameter passing: a descriptor that goes with it; it stays open here.
    func send(_ kind: FrameKind, id: UInt64 = 0, _ body: [UInt8] = [], passing: Int32 = -1) throws(WireError) {
        guard body.count <= FrameHead.maxBody else { throw .system(EMSGSIZE) }
        let failure = writing.withLock { _ -> WireError? in
            withUnsafeTemporaryAllocation(byteCount: FrameHead.size, alignment: 8) { head in
                FrameHead(kind: kind, id: id, length: body.count).write(to: head)
                return body.withUnsafeBytes { write(UnsafeRawBufferPointer(head), $0, passing) }
            }
        }
        if let failure { throw failure }
    }

    /// Reads the next frame's head, then its body into `buffer`.
    /// - Parameters:
    ///   - passed: takes a descriptor that came with it; without it none is taken, and the kernel closes it.
    ///   - deadline: the real time (`MonotonicTime`) until which the whole frame must be there; nil: for ever.
    func receive(
        into buffer: FrameBuffer, passed: UnsafeMutablePointer<Int32>? = nil, deadline: Int64? = nil
    ) throws(WireError) -> FrameHead {
        try fill(buffer.head, passed, deadline)
        let head = try FrameHead(UnsafeRawBufferPointer(buffer.head))
        try fill(buffer.body(head.length), nil, deadline)
        return head
    }

    private func waitReadable(until deadline: Int64) throws(WireError) {
        while true {
            let left = deadline - MonotonicTime.now()
            guard left > 0 else { throw .timedOut }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = Glibc.poll(&poll, 1, Int32(clamping: left / 1000 + 1))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw .system(errno) }
        }
    }

    /// Whoever reads or writes at the moment, at either end, finds it closed.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func write(_ head: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer, _ passing: Int32) -> WireError? {
        var sent = 0
        let total = head.count + body.count
        while sent < total {
            let restHead = UnsafeRawBufferPointer(rebasing: head[min(sent, head.count)...])
            let restBody = UnsafeRawBufferPointer(rebasing: body[max(0, sent - head.count)...])
            let first = restHead.isEmpty ? restBody : restHead
            let count = tessera_send_parts(
                descriptor, first.baseAddress, first.count, restBody.baseAddress, restHead.isEmpty ? 0 : restBody.count,
                sent == 0 ? passing : -1)
            if count < 0 {
                if errno == EINTR { continue }
                return errno == EPIPE || errno == ECONNRESET ? .closed : .system(errno)
            }
            sent += count
        }
        return nil
    }

    private func fill(
        _ bytes: UnsafeMutableRawBufferPointer, _ passed: UnsafeMutablePointer<Int32>?, _ deadline: Int64?
    ) throws(WireError) {
        var place = 0
        while place < bytes.count {
            guard let base = bytes.baseAddress else { return }
            // Before each piece: a plugin may write part of a frame and then nothing.
            if let deadline { try waitReadable(until: deadline) }
            let count =
                if let passed, place == 0 {
                    tessera_receive_part(descriptor, base, bytes.count, passed)
                } else {
                    recv(descriptor, base + place, bytes.count - place, 0)
                }
            if count == 0 { throw .closed }
            if count < 0 {
                if errno == EINTR { continue }
                throw errno == ECONNRESET ? .closed : .system(errno)
            }
            place += count
        }
    }
}

/// Memory for one frame at a time, used again by the same reader.
final class FrameBuffer {
    let head = UnsafeMutableRawBufferPointer.allocate(byteCount: FrameHead.size, alignment: 8)
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    private var length = 0

    deinit {
        head.deallocate()
        memory.deallocate()
    }

    /// Room for a body of that length.
    func body(_ length: Int) -> UnsafeMutableRawBufferPointer {
        // A long body was an exception: its memory is not kept for good.
        if length > memory.count || memory.count > 1 << 20 {
            memory.deallocate()
            memory = .allocate(byteCount: max(4096, length), alignment: 8)
        }
        self.length = length
        return UnsafeMutableRawBufferPointer(rebasing: memory[..<length])
    }

    /// The body that was received last, to be read from its start; valid until the next frame.
    var reader: WireReader { WireReader(UnsafeRawBufferPointer(rebasing: memory[..<length])) }
}

/// Real time that is not moved by changes of the wall clock: for limits on real processes, which no injected clock moves.
enum MonotonicTime {
    /// Microseconds since some moment in the past.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

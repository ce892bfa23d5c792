import CSockets
import Glibc

/// Bytes that a connection still has to send: small pieces are gathered, large bodies are kept as they are.
struct OutputBuffer {
    enum SendResult { case all, blocked, broken }

    private var chunks: [[UInt8]] = []
    private var first: [UInt8] = []
    /// Bytes of `first` that the socket has taken.
    private var sent = 0
    private(set) var count = 0

    /// Above this a body is not copied.
    static let copyLimit = 16 * 1024

    var isEmpty: Bool { count == 0 }
    var hasStorage: Bool { first.capacity > 0 }

    /// Gives the gathering buffer a storage that was used before.
    mutating func adopt(_ storage: [UInt8]) { first = storage }

    /// Takes the storage away once all is sent.
    mutating func takeStorage() -> [UInt8] {
        defer { first = [] }
        return first
    }

    /// Where what is appended from now on begins.
    var mark: Int { (chunks.last ?? first).count }

    /// Takes back what was appended since `mark` was read; bodies must not be among it.
    mutating func cut(to mark: Int) {
        let excess = self.mark - mark
        count -= excess
        if chunks.isEmpty { first.removeLast(excess) } else { chunks[chunks.count - 1].removeLast(excess) }
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        count += bytes.count
        if chunks.isEmpty {
            first.append(contentsOf: bytes)
        } else {
            chunks[chunks.count - 1].append(contentsOf: bytes)
        }
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// A decimal number.
    mutating func append(decimal value: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var index = 20
            var rest = value
            repeat {
                index -= 1
                let quotient = rest / 10
                digits[index] = UInt8(truncatingIfNeeded: 48 &+ rest &- quotient &* 10)
                rest = quotient
            } while rest > 0
            append(UnsafeBufferPointer(rebasing: digits[index..<20]))
        }
    }

    /// A body: copied when short, else sent from its own storage.
    mutating func append(body bytes: [UInt8]) {
        if bytes.count <= OutputBuffer.copyLimit {
            append(bytes)
        } else {
            count += bytes.count
            chunks.append(bytes)
            chunks.append([])
        }
    }

    /// Sends as much as the socket takes.
    mutating func send(to descriptor: Int32) -> SendResult {
        while count > 0 {
            let taken = chunks.isEmpty ? sendFirst(descriptor) : sendPieces(descriptor)
            if taken < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .blocked : .broken
            }
            consume(taken)
        }
        return .all
    }

    /// As the other one, through TLS. What OpenSSL could not send it wants to see again: bytes stay in front until they are taken.
    mutating func send(to session: TLSSession) -> SendResult {
        while count > 0 {
            // Goes to the next piece when the first is used up.
            consume(0)
            let start = sent
            switch first.withUnsafeBytes({ session.write(UnsafeRawBufferPointer(rebasing: $0[start...])) }) {
            case .moved(let taken): consume(taken)
            case .blocked: return .blocked
            case .ended, .refused, .broken: return .broken
            }
        }
        return .all
    }

    private func sendFirst(_ descriptor: Int32) -> Int {
        first.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            return Glibc.send(descriptor, base + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
    }

    private func sendPieces(_ descriptor: Int32) -> Int {
        // Two pieces a call: mostly a head and its body.
        first.withUnsafeBytes { a in
            chunks[0].withUnsafeBytes { b in
                withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { pieces in
                    var used: Int32 = 0
                    if a.count > sent, let base = a.baseAddress {
                        pieces[0] = iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: base + sent), iov_len: a.count - sent)
                        used = 1
                    }
                    if let base = b.baseAddress, !b.isEmpty {
                        pieces[Int(used)] = iovec(
                            iov_base: UnsafeMutableRawPointer(mutating: base), iov_len: b.count)
                        used += 1
                    }
                    guard let base = pieces.baseAddress else { return 0 }
                    return tessera_send_pieces(descriptor, base, used)
                }
            }
        }
    }

    private mutating func consume(_ taken: Int) {
        count -= taken
        sent += taken
        while sent >= first.count {
            sent -= first.count
            guard !chunks.isEmpty else {
                first.removeAll(keepingCapacity: first.capacity <= OutputBuffer.copyLimit * 4)
                return
            }
            first = chunks.removeFirst()
        }
    }
}

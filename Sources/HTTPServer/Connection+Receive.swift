import Glibc

extension Connection {
    /// The socket is readable: takes what is there, at most one buffer, and parses it.
    func receive() {
        let scratch = reactor.scratch
        guard let count = take(into: scratch) else { return }
        reactor.touch(self)
        if count == 0 { return peerEnded() }
        turns = 0
        if timer == .upload { spanBytes += count }
        if case .drain = phase { return }
        let received = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        if waitingInput == 0 {
            let used = process(received)
            input = used < count ? Array(received[used...]) : []
            inputStart = 0
        } else {
            if inputStart > 0 {
                input.removeFirst(inputStart)
                inputStart = 0
            }
            input.append(contentsOf: received)
            processInput()
        }
    }

    /// What the socket has, 0 at the peer's end; nil when there is nothing, or the connection is closed.
    private func take(into scratch: UnsafeMutableRawBufferPointer) -> Int? {
        if let tls, !tls.isOver { return take(into: scratch, tls) }
        var count: Int
        repeat {
            count = recv(descriptor, scratch.baseAddress, scratch.count, 0)
        } while count < 0 && errno == EINTR
        if count >= 0 { return count }
        if errno != EAGAIN { close() }
        return nil
    }

    private func take(into scratch: UnsafeMutableRawBufferPointer, _ tls: TLSSession) -> Int? {
        let neededWriting = tls.readNeedsWriting
        switch tls.read(scratch) {
        case .moved(let count): return count
        case .ended: return 0
        case .blocked: if tls.readNeedsWriting != neededWriting { reactor.touch(self) }
        case .refused: refuseTLS()
        case .broken: close()
        }
        return nil
    }

    /// What came is no TLS that we speak. What there was to say OpenSSL has said; the peer must be able to read it, so the
    /// connection ends like one that was refused: no answer, and what still comes is dropped.
    private func refuseTLS() {
        abortBody()
        endStreaming()
        leaveUnanswered()
        mustClose = true
        phase = .drain
        input = []
        inputStart = 0
        output = OutputBuffer()
        isBlocked = false
        reactor.touch(self)
    }

    /// Parses what was received earlier.
    func processInput() {
        let bytes = input
        input = []
        let start = inputStart
        inputStart = 0
        let used = bytes.withUnsafeBytes { process(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        if start + used < bytes.count {
            input = bytes
            inputStart = start + used
        }
    }

    /// The peer will send no more.
    private func peerEnded() {
        peerClosed = true
        ended.store(true, ordering: .releasing)
        switch phase {
        case .waiting:
            // A peer that stops sending may still read its answer; one that gets a stream has left.
            if case .streaming = answer { close() }
        case .body: if waitingInput == 0 { close() }
        case .head, .drain: break
        }
    }

    /// Parses `bytes`, which follow all that was parsed before, and returns how many were used.
    private func process(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            switch phase {
            case .head:
                if rest.isEmpty { return offset }
                do throws(HTTPFault) {
                    guard try parser.parse(rest) else { return offset }
                } catch {
                    beginExchange()
                    isHead = parser.hasRequestLine && parser.method == .head
                    fail(error)
                    return bytes.count
                }
                offset += parser.count
                begin(rest)
            case .body:
                if rest.isEmpty || isPaused { return offset }
                do throws(HTTPFault) {
                    offset += try readBody(rest)
                } catch {
                    fail(error)
                    return bytes.count
                }
            case .waiting:
                guard isAnswered, canBeginNext else { return offset }
                endExchange()
            case .drain:
                return bytes.count
            }
        }
    }

    var isPaused: Bool {
        if case .stream(_, let flow) = sink { return flow.isPaused }
        return false
    }

    /// Decodes one buffer's worth of body and hands it to the sink in one piece. Returns the bytes used.
    private func readBody(_ bytes: UnsafeRawBufferPointer) throws(HTTPFault) -> Int {
        switch decoder {
        case .length(let left):
            let taken = min(left, bytes.count)
            decoder = .length(left: left - taken)
            try take(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
            if left == taken { bodyEnded() }
            return taken
        case .chunked(var chunks):
            // Small chunks are put together: the sink sees one piece a buffer, however the peer cut it.
            var whole: [UInt8] = []
            var piece = 0..<0
            var offset = 0
            var ended = false
            loop: while true {
                switch try chunks.next(bytes, from: offset) {
                case .data(let range):
                    if piece.isEmpty, whole.isEmpty {
                        piece = range
                    } else {
                        if whole.isEmpty { whole.append(contentsOf: bytes[piece]) }
                        whole.append(contentsOf: bytes[range])
                    }
                    offset = range.upperBound
                case .needsMore:
                    offset = bytes.count
                    break loop
                case .done(let end):
                    offset = end
                    ended = true
                    break loop
                }
            }
            // A connection that waits for its next request keeps nothing of the last one's body.
            decoder = ended ? .length(left: 0) : .chunked(chunks)
            if whole.isEmpty {
                try take(UnsafeRawBufferPointer(rebasing: bytes[piece]))
            } else {
                try whole.withUnsafeBufferPointer { (bytes) throws(HTTPFault) in
                    try take(UnsafeRawBufferPointer(bytes))
                }
            }
            if ended { bodyEnded() }
            return offset
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws(HTTPFault) {
        if bytes.isEmpty { return }
        bodyBytes += bytes.count
        switch sink {
        case .none: break
        case .discard:
            if bodyBytes > Connection.maxDiscard { throw .bodyTooLarge(Connection.maxDiscard) }
        case .collect(let limit):
            if bodyBytes > limit { throw .bodyTooLarge(limit) }
            body.append(contentsOf: bytes)
        case .stream(let consumer, _):
            let limit = reactor.configuration.maxStreamedBytes
            if bodyBytes > limit { throw .bodyTooLarge(limit) }
            consumer.received(Array(bytes))
        }
    }
}

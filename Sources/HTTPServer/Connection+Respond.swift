extension Connection {
    /// Writes the answer to the present request into the output.
    func respond(_ response: Response, exchange: UInt64) {
        guard exchange == self.exchange, case .awaited = answer, !isClosed else { return }
        var response = response
        var hasNoBody = response.status == 204 || response.status == 304
        if !writeHead(response, hasNoBody ? .none : .length(response.body.count)) {
            response = .error(.badAnswer, requestID: requestID.text)
            hasNoBody = false
            _ = writeHead(response, .length(response.body.count))
        }
        let hasBody = !hasNoBody && !isHead
        if hasBody, case .bytes(let bytes) = response.body { output.append(body: bytes) }
        answer = .done
        conclude(status: response.status, bytes: hasBody ? response.body.count : 0)
        reactor.touch(self)
    }

    func beginStream(_ response: Response, _ state: StreamState, exchange: UInt64) {
        guard exchange == self.exchange, case .awaited = answer, !isClosed else { return state.close() }
        // The end of the connection marks the end of the body for a peer that knows no chunks.
        if minorVersion == 0 { mustClose = true }
        isChunkedAnswer = minorVersion == 1
        let mayHaveBody = response.status != 204 && response.status != 304
        guard writeHead(response, isChunkedAnswer && mayHaveBody ? .chunked : .none) else {
            state.close()
            return respond(.error(.badAnswer, requestID: requestID.text), exchange: exchange)
        }
        if reactor.isStopping { state.stop() }
        unsentPayload = 0
        streamed = (response.status, 0)
        if isHead || !mayHaveBody || peerClosed {
            // A peer that had stopped sending before its stream began counts as one that left.
            if peerClosed { mustClose = true }
            state.close()
            answer = .done
            conclude(status: response.status, bytes: 0)
        } else {
            answer = .streaming(state)
        }
        reactor.touch(self)
    }

    func write(_ bytes: [UInt8], exchange: UInt64) {
        guard exchange == self.exchange, case .streaming = answer, !isClosed else { return }
        if isChunkedAnswer {
            output.append(String(bytes.count, radix: 16))
            output.append("\r\n" as StaticString)
        }
        output.append(body: bytes)
        if isChunkedAnswer { output.append("\r\n" as StaticString) }
        unsentPayload += bytes.count
        streamed.bytes += bytes.count
        reactor.touch(self)
    }

    func endStream(whole: Bool, exchange: UInt64) {
        guard exchange == self.exchange, case .streaming = answer, !isClosed else { return }
        guard whole else { return close() }
        if isChunkedAnswer { output.append("0\r\n\r\n" as StaticString) }
        answer = .done
        conclude(status: streamed.status, bytes: streamed.bytes)
        reactor.touch(self)
    }

    /// The peer of a streamed answer has left, or it was broken off.
    func endStreaming() {
        guard case .streaming(let state) = answer else { return }
        state.close()
        answer = .done
        conclude(status: streamed.status, bytes: streamed.bytes, isCutShort: true)
    }

    /// Tells the handler that the request has ended.
    func conclude(status: Int, bytes: Int, isCutShort: Bool = false) {
        let request = AnsweredRequest(
            head: head, peerAddress: peerAddress, status: status, isCutShort: isCutShort, bytes: bytes,
            microseconds: Reactor.monotonic() - begunAt, mark: mark, id: requestID)
        head = nil
        reactor.handler.answered(request, &reactor.lines)
    }

    func mark(_ mark: Int, exchange: UInt64) {
        if exchange == self.exchange { self.mark = mark }
    }

    /// False when the answer is not valid, which is logged; nothing is written then.
    private func writeHead(_ response: Response, _ framing: ResponseWriter.Framing) -> Bool {
        if !output.hasStorage { output.adopt(reactor.takeStorage()) }
        let additions = ResponseWriter.Additions(
            close: mustClose, keepAlive: minorVersion == 0, date: reactor.date.field, id: requestID)
        guard let close = ResponseWriter.writeHead(response, framing: framing, additions, into: &output) else {
            reactor.log.error(
                event: "answer_invalid", "an answer had an invalid status or header", ["request_id": requestID.text])
            return false
        }
        mustClose = close
        return true
    }
}

extension Connection {
    /// Writes the answer to the present request into the output.
    func respond(_ response: Response, exchange: UInt64) {
        guard exchange == self.exchange, case .awaited = answer, !isClosed else { return }
        var response = response
        if !ResponseWriter.isValid(response) {
            reactor.log.error("an answer had an invalid status or header", ["request_id": number.text])
            response = .error(.badAnswer, requestID: number.text)
        }
        let hasNoBody = response.status == 204 || response.status == 304
        writeHead(response, hasNoBody ? .none : .length(response.body.count))
        if !hasNoBody, !isHead, case .bytes(let bytes) = response.body { output.append(body: bytes) }
        answer = .done
        reactor.touch(self)
    }

    func beginStream(_ response: Response, _ state: StreamState, exchange: UInt64) {
        guard exchange == self.exchange, case .awaited = answer, !isClosed else { return state.close() }
        guard ResponseWriter.isValid(response) else {
            state.close()
            return respond(response, exchange: exchange)
        }
        if reactor.isStopping { state.stop() }
        // The end of the connection marks the end of the body for a peer that knows no chunks.
        if minorVersion == 0 { mustClose = true }
        let hasNoBody = isHead || response.status == 204 || response.status == 304
        isChunkedAnswer = minorVersion == 1
        writeHead(response, isChunkedAnswer && response.status != 204 && response.status != 304 ? .chunked : .none)
        unsentPayload = 0
        if hasNoBody || peerClosed {
            // A peer that had stopped sending before its stream began counts as one that left.
            if peerClosed { mustClose = true }
            state.close()
            answer = .done
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
        reactor.touch(self)
    }

    func endStream(whole: Bool, exchange: UInt64) {
        guard exchange == self.exchange, case .streaming = answer, !isClosed else { return }
        guard whole else { return close() }
        if isChunkedAnswer { output.append("0\r\n\r\n" as StaticString) }
        answer = .done
        reactor.touch(self)
    }

    private func writeHead(_ response: Response, _ framing: ResponseWriter.Framing) {
        if ResponseWriter.asksToClose(response) { mustClose = true }
        if !output.hasStorage { output.adopt(reactor.takeStorage()) }
        ResponseWriter.writeHead(
            response, framing: framing, close: mustClose, keepAlive: minorVersion == 0, date: reactor.date.field,
            into: &output)
    }
}

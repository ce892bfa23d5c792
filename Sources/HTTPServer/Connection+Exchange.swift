extension Connection {
    /// Whether the next pipelined request may begin now; else the reactor comes back to this connection.
    var canBeginNext: Bool {
        !mustClose && turns < reactor.configuration.maxPipelined && output.count < Connection.maxOutput
    }

    /// Counts a request, or what failed to become one.
    func beginExchange() {
        exchange += 1
        turns += 1
        timer = .none
        answer = .awaited
        isUnhandled = true
        isHead = false
        minorVersion = 1
        requestID = reactor.nextID()
        begunAt = reactor.now
        mark = -1
        if reactor.isStopping { mustClose = true }
        reactor.touch(self)
    }

    /// The head is complete: `bytes` begin with it. Asks the handler and begins the body.
    func begin(_ bytes: UnsafeRawBufferPointer) {
        beginExchange()
        isHead = parser.method == .head
        minorVersion = parser.minorVersion
        asksToKeep = parser.asksToKeep
        if parser.asksToClose || (minorVersion == 0 && !asksToKeep) { mustClose = true }
        let received = UnsafeRawBufferPointer(rebasing: bytes[..<parser.count])
        let headers = HTTPHeaders(bytes: Array(received), fields: parser.fields)
        requestID.take(headers)
        let head = RequestHead(
            method: parser.method, headers: headers, minorVersion: minorVersion, peerAddress: peerAddress,
            peer: peer, id: requestID,
            target: parser.target, path: parser.path, query: parser.query)
        self.head = head
        let length = parser.contentLength ?? 0
        let hasBody = parser.isChunked || length > 0
        let isExpected = parser.expectsContinue && minorVersion == 1 && hasBody && bytes.count == parser.count
        decoder = parser.isChunked ? .chunked(ChunkedDecoder()) : .length(left: length)
        bodyBytes = 0
        switch reactor.handler.bodyPolicy(head) {
        case .collect(let limit):
            guard length <= limit else { return fail(.bodyTooLarge(limit)) }
            sink = .collect(limit: limit)
            body = []
            if hasBody { body.reserveCapacity(min(length, Connection.maxInput)) }
        case .stream(let consumer):
            let flow = BodyFlow(connection: self, exchange: exchange)
            sink = .stream(consumer, flow)
            isUnhandled = false
            consumer.began(flow)
            // Only now: the consumer is at work already, and must hear that nothing comes.
            let limit = reactor.configuration.maxStreamedBytes
            guard length <= limit else { return fail(.bodyTooLarge(limit)) }
        case .refuse(let response):
            isUnhandled = false
            return refuse(response, hasBody: hasBody, length: length, isExpected: isExpected)
        }
        guard hasBody else { return bodyEnded() }
        phase = .body
        if isExpected { output.append("HTTP/1.1 100 Continue\r\n\r\n" as StaticString) }
    }

    /// The handler answers without the body.
    private func refuse(_ response: Response, hasBody: Bool, length: Int, isExpected: Bool) {
        // A peer that waits for 100 may send its body or not: only the end of the connection is unambiguous.
        let drops = hasBody && (isExpected || parser.isChunked || length > Connection.maxDiscard)
        if drops { mustClose = true }
        respond(response, exchange: exchange)
        sink = .discard
        phase = drops ? .drain : hasBody ? .body : .waiting
    }

    /// The body is complete: the request goes to its handler.
    func bodyEnded() {
        phase = .waiting
        timer = .none
        switch sink {
        case .none, .discard: break
        case .collect:
            reactor.hand(requestOf: self)
        case .stream(let consumer, _):
            // Taken out first: from here on nobody calls `aborted`.
            sink = .none
            consumer.finished(makeResponder())
        }
        sink = .none
    }

    /// The complete request, for the handler; nil when the connection has been closed meanwhile.
    func takeRequest() -> Request? {
        guard !isClosed, let head else { return nil }
        isUnhandled = false
        defer { body = [] }
        return Request(head: head, body: body)
    }

    func makeResponder() -> Responder { Responder(connection: self, exchange: exchange, id: requestID) }

    /// The answer is out: makes ready for the next request.
    func endExchange() {
        phase = .head
        answer = .none
        timer = .none
        parser = HeadParser(limits: reactor.limits)
    }

    /// After an answer: goes on with what the peer has sent meanwhile. What can't begin now `flush` queues.
    func advance() {
        guard !isClosed, case .waiting = phase, isAnswered, canBeginNext else { return }
        endExchange()
        if waitingInput > 0 { processInput() }
    }

    /// The consumer of a streamed body does not want the rest.
    func refuseBody(_ response: Response, exchange: UInt64) {
        guard exchange == self.exchange, !isClosed, case .body = phase, case .stream = sink else { return }
        abortBody()
        mustClose = true
        respond(response, exchange: exchange)
        phase = .drain
        input = []
        inputStart = 0
    }

    /// The consumer of a streamed body can take more.
    func resume(exchange: UInt64) {
        guard exchange == self.exchange, !isClosed, case .body = phase else { return }
        reactor.touch(self)
        if waitingInput > 0 { processInput() }
    }

    /// The server is stopping: what is in flight goes on, all else ends.
    func stop() {
        if case .streaming(let state) = answer { state.stop() }
        if case .head = phase, waitingInput == 0 {
            // A request may have arrived just now.
            receive()
            if isClosed { return }
        }
        if case .head = phase {} else { mustClose = true }
        reactor.touch(self)
    }

    /// Refuses what the peer sent and ends the connection, in a way that lets the peer read why.
    func fail(_ fault: HTTPFault) {
        abortBody()
        mustClose = true
        input = []
        inputStart = 0
        let answer = isUnhandled ? reactor.handler.unhandled(head, from: peer, requestID: requestID.text) : nil
        isUnhandled = false
        respond(answer ?? .error(fault, requestID: requestID.text), exchange: exchange)
        phase = .drain
        reactor.touch(self)
    }
}

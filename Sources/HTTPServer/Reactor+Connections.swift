import CSockets
import Glibc

extension Reactor {
    /// Takes over what other threads asked for, and what was left of an earlier turn.
    func takeMessages() {
        mailbox.take(into: &messages)
        for message in messages {
            perform(message)
            if case .answer(let connection, _, _) = message { connection.advance() }
        }
        messages.removeAll(keepingCapacity: true)
    }

    func perform(_ message: ReactorMessage) {
        switch message {
        case .adopt(let arrival): adopt(arrival)
        case .answer(let connection, let exchange, let response): connection.respond(response, exchange: exchange)
        case .beginStream(let connection, let exchange, let head, let state):
            connection.beginStream(head, state, exchange: exchange)
        case .write(let connection, let exchange, let bytes): connection.write(bytes, exchange: exchange)
        case .endStream(let connection, let exchange, let whole): connection.endStream(whole: whole, exchange: exchange)
        case .resume(let connection, let exchange): connection.resume(exchange: exchange)
        case .refuse(let connection, let exchange, let response): connection.refuseBody(response, exchange: exchange)
        case .stop(let now): stop(now: now)
        }
    }

    private func stop(now: Bool) {
        isStopping = true
        listener?.close()
        listener = nil
        for case let connection? in connections {
            if now { connection.close() } else { connection.stop() }
        }
    }

    /// Serves an accepted socket from now on, or tells it why not.
    func adopt(_ arrival: Arrival) {
        serial &+= 1
        let descriptor = arrival.descriptor
        let connection = Connection(reactor: self, serial: serial, arrival)
        let wanted = UInt32(TESSERA_EPOLL_IN)
        if let certificates {
            connection.tls = TLSSession(certificates.current, descriptor: descriptor)
        }
        // A handshake only to say that there are too many connections is more than those who come too many should get.
        let isServed = certificates == nil || (connection.tls != nil && arrival.fault == nil)
        guard isServed, !isStopping,
            tessera_epoll_change(epoll, EPOLL_CTL_ADD, descriptor, wanted, connection.token) == 0
        else {
            turnAway(arrival)
            return
        }
        connection.armed = wanted
        let index = Int(descriptor)
        while connections.count <= index { connections.append(nil) }
        connections[index] = connection
        open += 1
        if let fault = arrival.fault {
            connection.beginExchange()
            // No request has been sent yet.
            connection.isUnhandled = false
            connection.fail(fault)
        }
        touch(connection)
    }

    /// Closes an accepted socket that no connection was made of. Any thread.
    func turnAway(_ arrival: Arrival) {
        figures.connections.subtract(1, ordering: .relaxed)
        arrival.peer.connections.subtract(1, ordering: .relaxed)
        Glibc.close(arrival.descriptor)
    }

    func forget(_ connection: Connection) {
        connections[Int(connection.descriptor)] = nil
        open -= 1
        figures.connections.subtract(1, ordering: .relaxed)
        connection.peer.connections.subtract(1, ordering: .relaxed)
    }

    /// Marks a connection whose output, deadline or interest must be looked at when the wake ends.
    func touch(_ connection: Connection) {
        if connection.isDirty { return }
        connection.isDirty = true
        dirty.append(connection)
    }

    /// Comes back to a connection that has more pipelined requests than its turn allows.
    func requeue(_ connection: Connection) {
        if connection.isQueued { return }
        connection.isQueued = true
        queued.append(connection)
    }

    /// A connection's request is complete: its turn comes when all ready sockets have been received from.
    func hand(requestOf connection: Connection) { ready.append(connection) }

    func nextID() -> RequestID {
        let count = figures.requests.wrappingAdd(1, ordering: .relaxed).newValue
        return RequestID(prefix: prefix, count: UInt64(count))
    }

    /// Output storages go round among the connections that are answering.
    func takeStorage() -> [UInt8] { storages.popLast() ?? [] }

    func giveBack(_ storage: [UInt8]) {
        if storages.count < Int(Reactor.maxEvents), storage.capacity > 0, storage.capacity <= 64 * 1024 {
            storages.append(storage)
        }
    }
}

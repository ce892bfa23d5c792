import CSockets
import Glibc

extension Connection {
    /// The end of a wake: sends what there is, ends the connection if it is over, and sets deadline and interest.
    func flush() {
        isDirty = false
        if isClosed { return }
        if !output.isEmpty {
            let before = output.count
            let result = tls.map { output.send(to: $0) } ?? output.send(to: descriptor)
            if result == .broken { return close() }
            let nowBlocked = result == .blocked
            if nowBlocked, isBlocked { spanBytes += before - output.count }
            isBlocked = nowBlocked
            drained()
        }
        if output.isEmpty {
            isBlocked = false
            if output.hasStorage { reactor.giveBack(output.takeStorage()) }
            if isOver, finishClosing() { return }
        }
        if case .waiting = phase, isAnswered, !mustClose, output.count < Connection.maxOutput {
            if waitingInput == 0 { endExchange() } else { reactor.requeue(self) }
        }
        rearm()
        updateInterest()
    }

    /// Tells a stream's writer how much the socket has taken.
    private func drained() {
        guard unsentPayload > output.count else { return }
        if case .streaming(let state) = answer { state.drained(unsentPayload - output.count) }
        unsentPayload = output.count
    }

    /// Whether nothing is left to do for this peer once the output is empty.
    private var isOver: Bool {
        switch phase {
        case .head: peerClosed || (reactor.isStopping && waitingInput == 0)
        case .body: peerClosed && waitingInput == 0
        case .waiting: isAnswered && (mustClose || (peerClosed && waitingInput == 0))
        case .drain: isAnswered
        }
    }

    /// True when the connection is closed.
    private func finishClosing() -> Bool {
        if let tls, !isShutDown, !tls.sendEnd() {
            isBlocked = true
            return false
        }
        // Either the peer has gone, or it knows that this answer was the last and sent nothing that a reset destroys.
        let isQuiet: Bool =
            switch phase {
            case .head, .body: true
            case .waiting: waitingInput == 0 && !reactor.isStopping
            case .drain: false
            }
        if peerClosed || isQuiet {
            close()
            return true
        }
        // Bytes may be under way: closing now would reset the connection and take the answer from the peer.
        if !isShutDown {
            isShutDown = true
            phase = .drain
            sink = .none
            input = []
            inputStart = 0
            shutdown(descriptor, Int32(SHUT_WR))
        }
        return false
    }

    /// Asks epoll for what this connection can use now.
    private func updateInterest() {
        var wanted: UInt32 = isBlocked || tls?.readNeedsWriting == true ? UInt32(TESSERA_EPOLL_OUT) : 0
        if !peerClosed, !isPaused, waitingInput < Connection.maxInput { wanted |= UInt32(TESSERA_EPOLL_IN) }
        if wanted == armed { return }
        armed = wanted
        if tessera_epoll_change(reactor.epoll, EPOLL_CTL_MOD, descriptor, wanted, token) != 0 { close() }
    }

    var token: UInt64 { UInt64(serial) << 32 | UInt64(UInt32(bitPattern: descriptor)) }
}

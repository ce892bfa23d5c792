import CTessera
import Platform

/// A destination that a child works with: acquired for it, or lent for a probe. Any thread.
///
/// Sendable without a check: both pointers are valid until `release`, which waits for those who use them.
final class HeldDestination: @unchecked Sendable {
    let pointer: UnsafePointer<tessera_destination>
    private let service: UnsafePointer<tessera_connectors_service>?
    private let users = Monitor((count: 0, isReleased: false))

    /// Acquired: to be given back.
    init(_ pointer: UnsafePointer<tessera_destination>, of service: UnsafePointer<tessera_connectors_service>) {
        self.pointer = pointer
        self.service = service
    }

    /// Lent by a caller who keeps it valid until `release` has returned.
    init(lent pointer: UnsafePointer<tessera_destination>) {
        self.pointer = pointer
        service = nil
    }

    /// Uses it; nil when it was released.
    func use<Result>(_ body: (UnsafePointer<tessera_destination>) -> Result) -> Result? {
        let isThere = users.withLock { users -> Bool in
            if users.isReleased { return false }
            users.count += 1
            return true
        }
        guard isThere else { return nil }
        defer { users.update { $0.count -= 1 } }
        return body(pointer)
    }

    /// Once; later calls do nothing.
    func release() {
        let isFirst = users.wait { users -> Bool? in
            if users.isReleased { return false }
            guard users.count == 0 else { return nil }
            users.isReleased = true
            return true
        }
        if isFirst, let service { service.pointee.release?(service, pointer) }
    }
}

extension RemoteProcess {
    /// Keeps a destination for the child, under the number given back; releases it when the process has ended meanwhile.
    func hold(_ destination: HeldDestination) -> UInt64 {
        let number = state.withLock { state -> UInt64? in
            guard !state.isEnding else { return nil }
            state.nextID += 1
            state.destinations[state.nextID] = destination
            return state.nextID
        }
        if number == nil { destination.release() }
        return number ?? 0
    }

    func destination(_ number: UInt64) -> HeldDestination? { state.withLock { $0.destinations[number] } }

    func letGo(_ number: UInt64) { state.withLock { $0.destinations.removeValue(forKey: number) }?.release() }

    /// Writes what the child may know of a destination. False when it has secrets and none are granted.
    func write(_ held: HeldDestination, _ number: UInt64, to body: inout WireWriter) -> Bool {
        let lent = held.pointer.pointee
        guard lent.secret_count == 0 || launch.grantsSecrets else { return false }
        body.integer(number)
        body.integer(lent.generation)
        for text in [lent.destination_id, lent.name] { body.text(text) }
        let type = lent.type?.pointee
        for text in [type?.id, type?.title, type?.config_schema] { body.text(text.map { String(cString: $0) } ?? "") }
        body.integer(type?.max_rows ?? 0)
        body.list(UnsafeBufferPointer(start: lent.secrets, count: lent.secret_count)) { body, secret in
            body.text(secret.token)
            body.text(secret.value)
        }
        body.list(UnsafeBufferPointer(start: lent.origins, count: lent.origin_count)) { $0.text($1) }
        var names: UnsafePointer<tessera_str>?
        let count = lent.connector?.pointee.columns?(lent.type, lent.instance, &names) ?? 0
        body.list(UnsafeBufferPointer(start: names, count: names == nil ? 0 : count)) { $0.text($1) }
        return true
    }
}

import CTessera
import Glibc
import Platform

/// The host table that a plugin under test gets: a clock that stands still until it is moved, log lines that can be
/// looked at, services that the test provides. Any thread.
final class FakeHost: @unchecked Sendable {
    struct Line: Equatable {
        var level: UInt32
        var message: String
    }

    private struct State {
        var now: Int64 = 1_700_000_000_000_000
        var lines: [Line] = []
        var services: [String: UnsafeRawPointer] = [:]
    }

    /// What `start` gets. Lives as long as the process, as plugins do.
    let table: UnsafePointer<tessera_host>
    private let state = Monitor(State())

    init() {
        // The table has no context of its own: behind it stands the way back to this object.
        let size = MemoryLayout<tessera_host>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 8, alignment: 8)
        let host = memory.bindMemory(to: tessera_host.self, capacity: 1)
        table = UnsafePointer(host)
        host.initialize(
            to: tessera_host(
                size: UInt32(MemoryLayout<tessera_host>.size), abi_minor: UInt32(TESSERA_ABI_MINOR),
                version: UnsafePointer(strdup("1.0-test")),
                log: { host, level, message in
                    FakeHost.of(host)?.state.withLock { $0.lines.append(Line(level: level, message: text(message))) }
                },
                now_us: { FakeHost.of($0)?.now ?? 0 },
                service: { host, id in
                    guard let id else { return nil }
                    let name = String(cString: id)
                    return FakeHost.of(host)?.state.withLock { $0.services[name] }
                }))
        (memory + size).storeBytes(of: Unmanaged.passRetained(self).toOpaque(), as: UnsafeMutableRawPointer.self)
    }

    var now: Int64 {
        get { state.withLock { $0.now } }
        set { state.withLock { $0.now = newValue } }
    }

    var lines: [Line] { state.withLock { $0.lines } }

    /// Offers a service; the table must live as long as the plugin asks for it.
    func offer(_ id: String, _ table: UnsafeRawPointer) { state.withLock { $0.services[id] = table } }

    private static func of(_ host: UnsafePointer<tessera_host>?) -> FakeHost? {
        guard let host else { return nil }
        let back = UnsafeRawPointer(host) + MemoryLayout<tessera_host>.stride
        return Unmanaged<FakeHost>.fromOpaque(back.load(as: UnsafeMutableRawPointer.self)).takeUnretainedValue()
    }
}

/// A copy of borrowed text.
func text(_ text: tessera_str) -> String {
    guard let data = text.data else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: data, count: text.length), as: UTF8.self)
}

/// Lends a String as borrowed text.
func withText<Result>(_ string: String, _ body: (tessera_str) throws -> Result) rethrows -> Result {
    var string = string
    return try string.withUTF8 { bytes in
        try bytes.withMemoryRebound(to: CChar.self) {
            try body(tessera_str(data: $0.baseAddress, length: $0.count))
        }
    }
}

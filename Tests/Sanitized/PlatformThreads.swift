import Glibc

// What the short form of the proof `sanitizers` runs: the room Platform under threads, and mistakes that are planted. Compiled with
// the sources of Platform and a sanitizer by Tests/Proofs/sanitizers.py, which names one of them as the argument.

@main enum PlatformThreads {
    static func main() {
        switch CommandLine.arguments.dropFirst().first {
        case "rooms": useRooms()
        case "race": plantRace()
        case "overflow": plantOverflow()
        case "leak": plantLeak()
        case let name: exit(name == nil ? 2 : 3)
        }
    }
}

/// Runs `body` on four threads and waits for their ends.
private func onFourThreads(_ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<4).map { number in NativeThread(name: "planted") { body(number) } }
    for thread in threads { thread.join() }
}

/// As `Engine.lifecycle` is used: everybody reads the object, some hold the lock, which guards no state of its own.
private final class Guarded: Sendable {
    let turn = Monitor<Void>(())
    let count = Monitor(0)
    let bucket = TokenBucket()
}

private func useRooms() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { exit(4) }
    let (reader, writer) = (ends[0], ends[1])
    let clock = ManualClock()
    let queue = LogQueue(descriptor: writer, limit: 1 << 20, clock: clock)
    let log = Log(clock: clock, queue: queue)
    let read = Monitor(0)
    NativeThread(name: "reader") {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(reader, &bytes, bytes.count)
            read.update { $0 += max(0, count) }
            if count <= 0 { return }
        }
    }.detach()
    let shared = Guarded()
    onFourThreads { number in
        for round in 0..<500 {
            shared.turn.withLock { _ in shared.count.update { $0 += 1 } }
            if shared.bucket.take(Rate(perSecond: 100, burst: 10), now: clock.now()) != nil { clock.advance(10_000) }
            log.info(event: "said", "said", ["thread": "\(number)", "round": "\(round)"])
        }
    }
    guard shared.count.wait(microseconds: 1, until: { $0 == 2000 ? true : nil }) == true else { exit(5) }
    guard queue.flush(microseconds: 60_000_000) else { exit(6) }
    close(writer)
    print("lines: \(2000 - log.lost), bytes: \(read.withLock { $0 > 0 })")
}

private nonisolated(unsafe) var unguarded = 0

private func plantRace() {
    onFourThreads { _ in
        for _ in 0..<1000 { unguarded += 1 }
    }
}

private func plantOverflow() {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    bytes.initialize(repeating: 1, count: 16)
    // Not known to the compiler, nor read by it.
    print(bytes[Int(CommandLine.argc) + 14])
    bytes.deallocate()
}

private func plantLeak() {
    for _ in 0..<10 { UnsafeMutablePointer<UInt8>.allocate(capacity: 1000).initialize(repeating: 1, count: 1000) }
}

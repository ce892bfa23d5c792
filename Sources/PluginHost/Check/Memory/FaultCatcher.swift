import Glibc

/// Tells the driver, while the process dies of a bad memory access, that it was to something that the plugin had been
/// lent, and whether it was lent at that moment.
///
/// The handler works on plain memory that is made before: nothing in it may allocate or lock.
enum FaultCatcher {
    struct Region {
        var start: UInt
        /// Where the inaccessible page behind it begins.
        var end: UInt
        var limit: UInt
        var kind: UInt8
        /// 0: being written by the host. 1: lent. 2: taken back.
        var state: UInt8
    }

    private static let capacity = 1 << 16
    nonisolated(unsafe) private static let regions = UnsafeMutablePointer<Region>.allocate(capacity: capacity)
    nonisolated(unsafe) private static var count = 0
    nonisolated(unsafe) private static var channel: Int32 = -1
    /// {"fault":K,"state":S}
    nonisolated(unsafe) private static let line: UnsafeMutablePointer<UInt8> = {
        let text = Array("{\"fault\":00,\"state\":0}\n".utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        return copy
    }()
    private static let length = "{\"fault\":00,\"state\":0}\n".utf8.count

    /// - Parameter channel: where to write the line.
    static func install(channel: Int32) {
        self.channel = channel
        // Made now: the handler must not be the first to touch them.
        _ = line
        _ = regions
        let size = 1 << 16
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = { signal, info, _ in
            if let info { FaultCatcher.tell(UInt(bitPattern: info.pointee._sifields._sigfault.si_addr)) }
            // Again, and then for good.
            var plain = sigaction()
            plain.__sigaction_handler.sa_handler = SIG_DFL
            sigaction(signal, &plain, nil)
        }
        action.sa_flags = Int32(SA_SIGINFO) | SA_ONSTACK
        sigaction(SIGSEGV, &action, nil)
        sigaction(SIGBUS, &action, nil)
    }

    /// One thread at a time. Beyond the capacity a fault is told as any other crash.
    static func add(_ region: Region) -> Int {
        guard count < capacity else { return -1 }
        regions[count] = region
        count += 1
        return count - 1
    }

    static func set(_ index: Int, state: UInt8) {
        if index >= 0 { regions[index].state = state }
    }

    private static func tell(_ address: UInt) {
        var index = 0
        while index < count {
            let region = regions[index]
            if address >= region.start, address < region.limit {
                // Even while it is being lent: behind its end is behind its end.
                let state: UInt8 = region.state == 2 ? 2 : address >= region.end ? 3 : region.state
                line[9] = 0x20
                line[10] = 0x30 + region.kind
                line[20] = 0x30 + state
                _ = write(channel, line, length)
                return
            }
            index += 1
        }
    }
}

import Glibc

/// Whole lines to standard output and standard error, written at once: a program that reads them through a pipe sees them
/// without delay.
enum Terminal {
    static func print(_ text: String) { write(text, to: 1) }
    static func complain(_ text: String) { write(text, to: 2) }

    /// Whether a person looks at standard output.
    static var isTerminal: Bool { isatty(1) == 1 }

    /// Writes over the line that stands there.
    static func overwrite(_ text: String) { write("\r" + text + "\u{1B}[K", to: 1, end: "") }

    static func pause(seconds: UInt32) { sleep(seconds) }

    private static func write(_ text: String, to descriptor: Int32, end: String = "\n") {
        let bytes = Array((text + end).utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            offset += count
        }
    }
}

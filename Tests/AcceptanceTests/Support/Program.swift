import Glibc
import Platform
import TestSupport

/// A program that runs beside the test. It is killed with the last reference, by its id and nothing else.
final class Program: @unchecked Sendable {
    let name: String
    let pid: pid_t
    /// Where its standard output and error go.
    let output: String
    let errors: String
    private let status = Monitor<Int32?>(nil)

    enum Failure: Error, CustomStringConvertible {
        case stillRuns(String)
        case saidNothing(String)
        case ended(String)

        var description: String {
            switch self {
            case .stillRuns(let text), .saidNothing(let text), .ended(let text): text
            }
        }
    }

    /// Starts it. It inherits no descriptor and no signal mask; `environment` comes on top of the test's own.
    init(_ path: String, _ arguments: [String], environment: [String: String] = [:], output: String, errors: String)
        throws
    {
        name = path.split(separator: "/").last.map(String.init) ?? path
        self.output = output
        self.errors = errors
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, append, 0o600)
        try Self.closeFrom(3, &actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = Self.environment(environment).map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, path, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw SystemError("start \(path)", code: code) }
        self.pid = pid
    }

    deinit { kill() }

    /// `posix_spawn_file_actions_addclosefrom_np`, which the Glibc module does not show.
    private static func closeFrom(_ descriptor: Int32, _ actions: inout posix_spawn_file_actions_t) throws {
        typealias Function =
            @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw SystemError("find posix_spawn_file_actions_addclosefrom_np", code: ENOSYS)
        }
        let code = unsafeBitCast(symbol, to: Function.self)(&actions, descriptor)
        if code != 0 { throw SystemError("close a program's descriptors", code: code) }
    }

    private static func environment(_ added: [String: String]) -> [String] {
        var lines: [String] = []
        var next = environ
        while let line = next.pointee {
            let text = String(cString: line)
            let name = text.prefix { $0 != "=" }
            if added[String(name)] == nil, !name.hasPrefix("TESSERA_") { lines.append(text) }
            next += 1
        }
        return lines + added.map { "\($0.key)=\($0.value)" }
    }

    /// What it has written to standard output so far.
    var said: String { (try? Files.read(output)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// What it has written to standard error so far.
    var complained: String { (try? Files.read(errors)).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    var isRunning: Bool { poll() == nil }

    func signal(_ number: Int32) {
        if isRunning { Glibc.kill(pid, number) }
    }

    /// Kills it as a power cut would, and waits until it is gone.
    func kill() {
        signal(SIGKILL)
        while poll() == nil { usleep(1000) }
    }

    /// Waits for its end. Gives the exit code, or minus the number of the signal that ended it.
    func exitCode(within seconds: Double) throws -> Int32 {
        do {
            return try eventually(within: seconds) { poll() }
        } catch {
            throw Failure.stillRuns("\(name) still runs after \(seconds) s; it said: \(complained)")
        }
    }

    /// Waits until a line of its output has `text` in it and gives what follows on that line.
    func line(after text: String) throws -> String {
        do {
            return try eventually {
                for line in said.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                    if let range = line.firstRange(of: text) { return String(line[range.upperBound...]) }
                }
                if isRunning { return nil }
                throw Failure.ended("\(name) ended early; it said: \(said)\(complained)")
            }
        } catch let error as NotInTime {
            throw Failure.saidNothing("\(name) did not say '\(text)': \(error); it said: \(said)\(complained)")
        }
    }

    private func poll() -> Int32? {
        status.withLock { status in
            if status != nil { return status }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            let signal = raw & 0x7F
            status = signal == 0 ? (raw >> 8) & 0xFF : -signal
            return status
        }
    }
}

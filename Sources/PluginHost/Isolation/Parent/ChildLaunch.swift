import Glibc
import Platform

/// How a child process begins: its arguments and the descriptors that it gets, and nothing else of ours. Standard input,
/// output and error are /dev/null unless given; signals are at their defaults.
struct ChildLaunch {
    /// The program, by path, and its arguments.
    var arguments: [String]
    /// Our descriptors by the number that they have in the child. None of ours is a number that a lower one takes there.
    var descriptors: [Int32: Int32] = [:]

    /// Starts it. The child can ask to die with this thread.
    func spawn() throws(SystemError) -> pid_t {
        guard let program = arguments.first else { throw SystemError("start a child process", code: ENOENT) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, access) in [(Int32(0), O_RDONLY), (1, O_WRONLY), (2, O_WRONLY)] where descriptors[target] == nil {
            posix_spawn_file_actions_addopen(&actions, target, "/dev/null", access, 0)
        }
        for (target, source) in descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, source, target)
        }
        closeInherited(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that the gateway blocks or ignores are none of the child's business.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard code == 0 else { throw SystemError("start \(program)", code: code) }
        return pid
    }

    /// No environment but what the program needs to start; it clears that before it maps a plugin. Swift's backtracer can
    /// hold a crashed process for minutes, so it is off.
    private var environment: [String] {
        ["SWIFT_BACKTRACE=enable=no"]
            + ["LD_LIBRARY_PATH"].compactMap { (name: String) -> String? in
                getenv(name).map { "\(name)=\(String(cString: $0))" }
            }
    }

    /// Our own descriptors are close-on-exec; those of libraries and plugins may not be.
    private func closeInherited(_ actions: inout posix_spawn_file_actions_t) {
        typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        // GNU only, so not in Swift's Glibc module.
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
        _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 1 + max(2, descriptors.keys.max() ?? 2))
    }
}

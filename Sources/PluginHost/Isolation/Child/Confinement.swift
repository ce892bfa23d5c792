import CPlatform
import Glibc

/// What a plugin's process gives up before it maps the plugin.
public enum Confinement {
    /// Confines this process as a plugin's own process is, by the default limits: for a program that uses a plugin once.
    /// - Parameter data: the gateway's data directory, which is closed but for its plugin store; nil: none is.
    /// - Returns: why that is not possible here; nil when it was done.
    public static func enter(closing data: String? = nil) -> String? {
        do throws(Refusal) {
            try enter(IsolationLimits(), closing: data)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Limits, privileges and system calls of this process, for good. Before any other thread exists.
    /// - Throws: a refusal when the system can't confine it: then nothing of the plugin may run.
    static func enter(_ limits: IsolationLimits, closing data: String? = nil) throws(Refusal) {
        clearenv()
        signal(SIGPIPE, SIG_IGN)
        // A group of its own: a signal to it reaches nobody else.
        setsid()
        // Few arenas: each takes address space whether it is used or not.
        tessera_limit_arenas(4)
        var failed: [String] = []
        func require(_ what: String, _ status: Int32) { if status != 0 { failed.append("\(what) (error \(errno))") } }
        require("memory", tessera_limit(Int32(TESSERA_LIMIT_DATA), limits.memoryBytes, limits.memoryBytes))
        // Room for mapped files and reserved addresses beside it.
        let addresses = limits.memoryBytes + 8 << 30
        require("addresses", tessera_limit(Int32(TESSERA_LIMIT_ADDRESSES), addresses, addresses))
        let files = UInt64(limits.openFiles)
        require("descriptors", tessera_limit(Int32(TESSERA_LIMIT_FILES), files, files))
        require("core files", tessera_limit(Int32(TESSERA_LIMIT_CORE), 0, 0))
        require("privileges", tessera_drop_privileges())
        if let data, !ClosedDirectory.close(data, except: PluginStore.directory(in: data)) { failed.append("files") }
        require("system calls", tessera_filter_calls())
        guard failed.isEmpty else {
            throw Refusal(
                "this system can't confine a plugin's process: \(failed.joined(separator: ", "))", isLasting: false)
        }
    }

    /// Dies with the gateway, also when that is gone already.
    static func dieWith(_ gateway: Int32) {
        if tessera_die_with_parent() != 0 || getppid() != gateway { _exit(1) }
    }
}

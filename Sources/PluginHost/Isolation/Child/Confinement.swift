import CPlatform
import Glibc

/// What a plugin's process gives up before it maps the plugin.
enum Confinement {
    /// Limits, privileges, files and system calls of this process, for good. Before any other thread exists.
    /// - Parameters:
    ///   - rules: descriptor of those that close the files, where the gateway has made them. It is closed: a plugin that had it
    ///     could add to what other processes may do.
    ///   - processorUs: processor time for the whole process; nil: the gateway allows it batch by batch.
    /// - Throws: a refusal when the system can't confine it: then nothing of the plugin may run.
    static func enter(
        _ limits: IsolationLimits, closing files: ClosedFiles = ClosedFiles(data: nil, readOnly: []),
        by rules: Int32? = nil, processorUs: Int64? = nil
    ) throws(Refusal) {
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
        let descriptors = UInt64(limits.openFiles)
        require("descriptors", tessera_limit(Int32(TESSERA_LIMIT_FILES), descriptors, descriptors))
        if let processorUs {
            let seconds = UInt64(processorUs / 1_000_000 + 1)
            require("processor time", tessera_limit(Int32(TESSERA_LIMIT_PROCESSOR), seconds, seconds + 1))
        }
        require("core files", tessera_limit(Int32(TESSERA_LIMIT_CORE), 0, 0))
        require("privileges", tessera_drop_privileges())
        // Nor can other plugins' processes look into this one.
        require("memory of its own", tessera_hide_memory())
        if let rules {
            require("files", tessera_keep_to_files(rules))
            close(rules)
        } else if !files.close() {
            failed.append("files")
        }
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

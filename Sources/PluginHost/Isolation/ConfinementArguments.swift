/// How a gateway tells a program that uses a plugin once, the probe, what to close and to limit: by arguments.
public struct ConfinementArguments: Sendable {
    var files = ClosedFiles(data: nil, readOnly: [])
    var limits = IsolationLimits()
    /// The descriptor of the rules that close the files, in their place.
    private var rules: Int32?
    /// What is left: the plugin's file.
    public private(set) var operands: [String] = []

    /// What `init` reads.
    static func list(_ files: ClosedFiles, _ limits: IsolationLimits) -> [String] {
        (files.data.map { ["--closing", $0] } ?? []) + files.readOnly.flatMap { ["--reading", $0] } + list(limits)
    }

    /// The same for a program that has the rules for the files as this descriptor.
    static func list(rules: Int32, _ limits: IsolationLimits) -> [String] { ["--rules", String(rules)] + list(limits) }

    private static func list(_ limits: IsolationLimits) -> [String] {
        ["--memory", String(limits.memoryBytes), "--open-files", String(limits.openFiles)]
    }

    /// Nil when an option has no value that makes sense.
    public init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                operands.append(argument)
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch argument {
            case "--closing": files.data = value
            case "--reading": files.readOnly.append(value)
            case "--rules":
                guard let descriptor = Int32(value) else { return nil }
                rules = descriptor
            case "--memory": limits.memoryBytes = UInt64(value) ?? limits.memoryBytes
            case "--open-files": limits.openFiles = UInt32(value) ?? limits.openFiles
            default: return nil
            }
        }
    }

    /// Confines this process as a plugin's own process is, and lets it use processor time for one batch.
    /// - Returns: why that is not possible here; nil when it was done.
    public func enter() -> String? {
        do throws(Refusal) {
            try Confinement.enter(
                limits, closing: files, by: rules, processorUs: limits.batchProcessorUs)
            return nil
        } catch {
            return error.reason
        }
    }
}

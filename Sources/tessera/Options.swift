import Gateway

/// The options of a command: `--name value` or `--name=value`, some more than once.
struct Options {
    /// Wrong arguments: exit status 2.
    struct Misuse: Error {
        var message: String
    }

    private var values: [String: [String]] = [:]
    private var given: Set<String> = []
    /// What is no option.
    private(set) var operands: [String] = []
    private(set) var wantsHelp = false

    /// - Parameters:
    ///   - single: options that take one value.
    ///   - repeatable: options that may come several times.
    ///   - flags: options without a value, such as `--json`.
    ///   - operands: how many other arguments there may be.
    init(
        _ arguments: [String], single: [String], repeatable: [String] = [], flags: [String] = [],
        operands limit: Int = 0
    ) throws(Misuse) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" {
                wantsHelp = true
                continue
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                if operands.count > limit { throw Misuse(message: "unexpected argument '\(argument)'") }
                continue
            }
            if flags.contains(argument) {
                given.insert(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard single.contains(name) || repeatable.contains(name) else {
                throw Misuse(message: "unknown option '\(name)'")
            }
            guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                throw Misuse(message: "\(name) needs a value")
            }
            if values[name] != nil, single.contains(name) { throw Misuse(message: "\(name) is given twice") }
            values[name, default: []].append(value)
        }
    }

    subscript(name: String) -> String? { values[name]?.first }
    /// Whether a flag is given.
    func has(_ flag: String) -> Bool { given.contains(flag) }
    func all(_ name: String) -> [String] { values[name] ?? [] }

    func required(_ name: String) throws(Misuse) -> String {
        guard let value = self[name], !value.isEmpty else { throw Misuse(message: "\(name) is required") }
        return value
    }
}

/// Runs a command's body with the exit statuses that all commands share: 0, 1 when it failed, 2 for wrong arguments.
func runCommand(
    _ name: String, usage: String, _ options: () throws(Options.Misuse) -> Options, _ body: (Options) throws -> Void
) -> Int32 {
    do {
        let options = try options()
        if options.wantsHelp {
            Terminal.print(usage)
            return 0
        }
        try body(options)
        return 0
    } catch let misuse as Options.Misuse {
        Terminal.complain("tessera \(name): \(misuse.message)\n\(usage)")
        return 2
    } catch let error as SettingError {
        Terminal.complain("tessera \(name): \(error)")
        return 2
    } catch {
        Terminal.complain("tessera \(name): \(error)")
        return 1
    }
}

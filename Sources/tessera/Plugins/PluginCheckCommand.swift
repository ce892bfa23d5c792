import Glibc
import Platform
import PluginHost

/// `tessera plugin check`: for a plugin's author and his CI. It needs no gateway.
enum PluginCheckCommand {
    static let usage = """
        usage: tessera plugin check FILE.so [--json] [--config FILE.json] [--only SECTIONS]

        Uses the plugin in child processes in every way that a gateway may, and in some that it should not: opens good
        and bad configs, runs batches of all sizes, guards the memory that it lends, and measures. Takes some seconds for
        each type.

          --config FILE    a JSON object to use as a config beside the examples of the schemas: for every type, or with
                           configs by type id
          --json           print the report as JSON
          --only SECTIONS  some sections only, with commas: open,run,threads,build,classify,speed,memory,bare,life
          --patience SECS  how long an ASYNC tile may take for a batch (10)

        Exit status: 0 nothing is wrong, 1 errors were found, 2 wrong arguments or an unreadable file.
        """

    static func run(_ arguments: [String]) -> Int32 {
        do throws(Options.Misuse) {
            let options = try Options(
                arguments, single: ["--config", "--patience", "--only"], flags: ["--json"], operands: 1)
            if options.wantsHelp {
                Terminal.print(usage)
                return 0
            }
            return try check(options)
        } catch {
            Terminal.complain("tessera plugin check: \(error.message)\n\(usage)")
            return 2
        }
    }

    private static func check(_ options: Options) throws(Options.Misuse) -> Int32 {
        guard let file = options.operands.first else { throw Options.Misuse(message: "name the FILE") }
        guard let program = Installation.pluginHost else {
            throw Options.Misuse(message: "tessera-plugin-host is not installed beside this program")
        }
        let patience = options["--patience"].map { Int64($0) ?? 0 } ?? 10
        guard (1...3600).contains(patience) else {
            throw Options.Misuse(message: "--patience takes 1 to 3600 seconds")
        }
        var check = PluginCheck(program: program, file: file, patienceUs: patience * 1_000_000)
        if let only = options["--only"] {
            let names = only.split(separator: ",").map(String.init)
            if let unknown = names.first(where: { !PluginCheck.sectionNames.contains($0) }) {
                throw Options.Misuse(
                    message: "there is no section '\(unknown)': \(PluginCheck.sectionNames.joined(separator: ", "))")
            }
            check.only = Set(names)
        }
        if let config = options["--config"] {
            guard let problem = PluginCheck.problem(ofConfigFile: config) else {
                check.configFile = config
                return report(check, options)
            }
            throw Options.Misuse(message: problem)
        }
        return report(check, options)
    }

    private static func report(_ check: PluginCheck, _ options: Options) -> Int32 {
        let showsProgress = !options.has("--json") && isatty(2) == 1
        do {
            let report = try check.run { section, type in
                if showsProgress { Terminal.complain("… \(type.map { "\($0): " } ?? "")\(section)") }
            }
            Terminal.print(options.has("--json") ? report.json.text : report.text)
            return report.isGood ? 0 : 1
        } catch {
            Terminal.complain("tessera plugin check: \(error)")
            return 2
        }
    }
}

/// `tessera plugin SUB`: one table, from which the usage is made too.
enum PluginCommand {
    struct Subcommand: Sendable {
        var name: String
        /// What follows the name, as the usage shows it.
        var arguments: String
        var summary: String
        /// Gets the arguments after the name, gives the exit status: 0, 1 when it failed, 2 for wrong arguments.
        var run: @Sendable ([String]) -> Int32
    }

    static let subcommands = [
        Subcommand(
            name: "new", arguments: "NAME", summary: "write a plugin that builds, with its test",
            run: { PluginNewCommand.run($0) }),
        Subcommand(
            name: "list", arguments: "[ID]", summary: "show the plugins of a gateway, or the generations of one",
            run: { PluginListCommand.run($0) }),
        Subcommand(
            name: "load", arguments: "FILE", summary: "take up a file that lies in a plugin directory of the gateway",
            run: { PluginChangeCommand.load.run($0) }),
        Subcommand(
            name: "reload", arguments: "ID",
            summary: "look again for the plugin's file, and lift a quarantine or a refusal",
            run: { PluginChangeCommand.reload.run($0) }),
        Subcommand(
            name: "rollback", arguments: "ID [--to SHA256]",
            summary: "go back to the generation before, or a given one",
            run: { PluginChangeCommand.rollback.run($0) }),
        Subcommand(
            name: "retire", arguments: "ID", summary: "take a plugin out of use",
            run: { PluginChangeCommand.retire.run($0) }),
        Subcommand(
            name: "check", arguments: "FILE.so", summary: "use a plugin file in every way, and report what is wrong",
            run: { PluginCheckCommand.run($0) }),
    ]

    static var usage: String {
        let width = 2 + (subcommands.map { $0.name.count + $0.arguments.count + 1 }.max() ?? 0)
        let lines = subcommands.map { command in
            let left = "\(command.name) \(command.arguments)"
            return "  \(left)\(String(repeating: " ", count: width - left.count))\(command.summary)"
        }
        return "usage: tessera plugin SUBCOMMAND [OPTION…]\n\n\(lines.joined(separator: "\n"))\n\n"
            + "tessera plugin SUBCOMMAND --help tells more."
    }

    static func run(_ arguments: [String]) -> Int32 {
        guard let name = arguments.first else {
            Terminal.complain(usage)
            return 2
        }
        if ["help", "--help", "-h"].contains(name) {
            Terminal.print(usage)
            return 0
        }
        guard let command = subcommands.first(where: { $0.name == name }) else {
            Terminal.complain("tessera plugin: there is no subcommand '\(name)'\n\(usage)")
            return 2
        }
        return command.run(Array(arguments.dropFirst()))
    }
}

import Glibc
import PluginHost

/// `tessera plugin-probe FILE`: uses a plugin file once, in this process that ends right after. `serve` runs it for every
/// file before it takes one.
enum PluginProbeCommand {
    static let usage = """
        usage: tessera plugin-probe FILE

        Loads the plugin, opens each of its types and prints what was found as a line of JSON.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("plugin-probe", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: [], operands: 1)
        } _: { options in
            guard let file = options.operands.first else { throw Options.Misuse(message: "name the FILE") }
            Terminal.print(PluginProbe.run(file).json.text)
            // Without the runtime's own ending: the plugin's threads may still be at work.
            _exit(0)
        }
    }
}

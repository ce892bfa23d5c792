import Glibc
import PluginHost

/// The process that a plugin lives in when it does not live in the gateway. The gateway starts it; people have
/// `tessera plugin check`.
///
///   tessera-plugin-host serve        hosts a plugin for the gateway that started it, over descriptor 3
///   tessera-plugin-host probe … FILE uses a plugin file once and prints what was found as a line of JSON
///   tessera-plugin-host check …      a section of `tessera plugin check`
func say(_ text: String, to descriptor: Int32) {
    let bytes = Array("\(text)\n".utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count <= 0, errno != EINTR { return }
        rest = rest.dropFirst(max(0, count))
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("probe", _):
    // As the gateway confines it later: what it can't do then it can't do now.
    guard let confinement = ConfinementArguments(Array(arguments.dropFirst())), confinement.operands.count == 1 else {
        _exit(2)
    }
    PluginChild.endWithParent()
    if let reason = confinement.enter() {
        say(ProbeReport(reason: reason, isLasting: false).json.text, to: 1)
    } else {
        say(PluginProbe.run(confinement.operands[0]).json.text, to: 1)
    }
    // Without the runtime's own ending: the plugin's threads may still be at work.
    _exit(0)
case ("serve", 1): PluginChild.run()
case ("check", _):
    _exit(PluginCheckChild.run(Array(arguments.dropFirst())))
default:
    say("tessera-plugin-host is started by the gateway: see tessera plugin check", to: 2)
    exit(2)
}

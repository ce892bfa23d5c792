import Glibc

// What a member costs in a plain C loop, in a tile in this process and in a tile in a process of its own; all in one run.
// usage: PluginBench DIRECTORY HOST
//   DIRECTORY holds inproc/plugin.so and process/plugin.so, built from Benchmarks/plugin_tile.c
//   HOST is tessera-plugin-host
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 2 else {
    print("usage: PluginBench DIRECTORY HOST (scripts/bench plugins starts it)")
    exit(2)
}
do {
    let lanes = try Lanes(directory: arguments[0], program: arguments[1])
    let isGood = Report(lanes).print()
    lanes.stop()
    exit(isGood ? 0 : 1)
} catch {
    print("PluginBench: \(error)")
    exit(1)
}

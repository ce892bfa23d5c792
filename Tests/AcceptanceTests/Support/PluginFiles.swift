import Platform
import Testing

/// Plugin files as authors make them, and as nobody should.
enum PluginFiles {
    /// Copies an example's folder away from the checkout, builds it against the installed headers and kits, and puts its
    /// file into a plugin directory.
    static func build(_ name: String, into folder: TemporaryFolder) throws {
        let work = try TemporaryFolder()
        try Command.succeed("cp", ["-R", "\(Installed.root)/Plugins/Examples/\(name)", work.path])
        try Files.makeDirectory(work.path + "/out")
        try Command.succeed(
            "make",
            [
                "-B", "-C", "\(work.path)/\(name)", "OUT=\(work.path)/out",
                "TESSERA_INCLUDE=\(try Installed.headers())", "TESSERA_KITS=\(try Installed.tree())/share/tessera",
            ])
        try Command.succeed("cp", ["\(work.path)/out/\(name).so", folder.path])
    }

    /// Puts files that are no good plugins beside `weekend.so`. Gives their names, and words of the reason.
    static func breakInAllWays(_ folder: TemporaryFolder) throws -> [(file: String, words: String)] {
        let good = folder.path + "/weekend.so"
        try Files.write(Array("this is a letter, not a plugin\n".utf8), to: folder.path + "/letter.so")
        try Command.succeed("dd", ["if=\(good)", "of=\(folder.path)/half.so", "bs=1000", "count=4", "status=none"])
        try compile("v2", folder, "const void *tessera_plugin_v2(void) { return 0; }")
        try compile("nothing", folder, "const tessera_plugin *tessera_plugin_v1(void) { return 0; }")
        try compile(
            "liar", folder,
            """
            static const tessera_plugin plugin = {8, TESSERA_ABI_MINOR, "com.example.liar", "1.0.0", "", 0, 0, 0};
            const tessera_plugin *tessera_plugin_v1(void) { return &plugin; }
            """)
        try compile(
            "crash", folder,
            "const tessera_plugin *tessera_plugin_v1(void) { *(volatile int *)8 = 1; return 0; }")
        return [
            ("letter.so", "not a shared object"), ("half.so", "cut short"), ("v2.so", "major version 2"),
            ("nothing.so", "null"), ("liar.so", "size"), ("crash.so", "probe"),
        ]
    }

    private static func compile(_ name: String, _ folder: TemporaryFolder, _ code: String) throws {
        let work = try TemporaryFolder()
        try Files.write(Array("#include <tessera/tessera.h>\n\(code)\n".utf8), to: work.path + "/plugin.c")
        try Command.succeed(
            "cc",
            [
                "-shared", "-fPIC", "-w", "-I", try Installed.headers(), "-o", "\(folder.path)/\(name).so",
                work.path + "/plugin.c",
            ])
    }
}

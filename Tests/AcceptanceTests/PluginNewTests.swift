import Glibc
import Platform
import Testing

/// `tessera plugin new`: what it writes builds and passes its own test, each with one command, from the installation alone.
@Suite struct PluginNewTests {
    private func new(_ arguments: [String], in folder: TemporaryFolder) throws -> Command {
        try Command(Installed.program(), ["plugin", "new"] + arguments + ["--dir", folder.path])
    }

    @Test(arguments: ["c", "swift"], ["tile", "connector"])
    func whatItWritesPassesItsTest(language: String, kind: String) throws {
        let folder = try TemporaryFolder()
        // A name that would be a keyword of C and a module of Swift's own.
        let made = try new(
            ["swift", "--language", language, "--kind", kind, "--id", "org.example-1.swift"], in: folder)
        try #require(made.status == 0, "\(made.errors)")
        let work = folder.path + "/swift"
        #expect(made.output.contains(work))
        let source = language == "c" ? "plugin.c" : "plugin.swift"
        for file in try Files.list(work) {
            let text = String(decoding: try Files.read(work + "/" + file), as: UTF8.self)
            #expect(
                !text.contains("@NAME@") && !text.contains("@ID@") && !text.contains("com.example.swift"), "\(file)")
            #expect(!text.contains("TODO"), "\(file)")
        }
        #expect(try Files.list(work).contains(source))
        try Command.succeed("make", ["-C", work])
        let symbols = try Command.succeed("nm", ["-D", "--defined-only", work + "/swift.so"])
        #expect(symbols.split(separator: " ").last == "tessera_plugin_v1", "\(symbols)")
        let test = try Command.succeed("make", ["-C", work, "test"])
        #expect(test.contains("\nall checks passed"), "\(test)")
        let check = try Command.succeed("make", ["-C", work, "check"])
        #expect(check.contains(" 0 warnings, 0 errors"), "\(check)")
    }

    @Test(arguments: [
        (["Score", "--language", "c", "--kind", "tile"], "no name for a plugin"),
        (["../x", "--language", "c", "--kind", "tile"], "no name for a plugin"),
        (["a--b", "--language", "c", "--kind", "tile"], "no name for a plugin"),
        (["a", "--language", "cobol", "--kind", "tile"], "must be c or swift"),
        (["a", "--language", "c", "--kind", "entry"], "must be tile or connector"),
        (["a", "--language", "c"], "--kind is required"),
        (["a", "--language", "c", "--kind", "tile", "--id", "score"], "reverse-domain"),
        (["--language", "c", "--kind", "tile"], "say the NAME"),
    ])
    func wrongArgumentsAreRefusedAndNothingIsWritten(arguments: [String], message: String) throws {
        let folder = try TemporaryFolder()
        let result = try new(arguments, in: folder)
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(try Files.list(folder.path).isEmpty)
    }

    @Test func whatIsThereIsLeftAlone() throws {
        let folder = try TemporaryFolder()
        try Files.makeDirectory(folder.path + "/mine")
        try Files.write(Array("precious".utf8), to: folder.path + "/mine/plugin.c")
        let result = try new(["mine", "--language", "c", "--kind", "tile"], in: folder)
        #expect(result.status == 1)
        #expect(result.errors.contains("is there already"))
        #expect(try Files.read(folder.path + "/mine/plugin.c") == Array("precious".utf8))
    }
}

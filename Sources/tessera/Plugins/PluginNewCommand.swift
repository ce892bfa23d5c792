import Glibc
import Platform

/// `tessera plugin new`: writes a plugin that builds, with its test and its build file.
enum PluginNewCommand {
    static let usage = """
        usage: tessera plugin new NAME --language c|swift --kind tile|connector [--dir DIR] [--id ID]

        Writes a working plugin into DIR/NAME (DIR is . by default): source, Makefile, test, README. There `make` builds it,
        `make test` tests it, `make check` examines the file. NAME has lower-case letters, digits and -, and begins with a
        letter. ID is the plugin's id and its type's, reverse-domain and stable for good: com.example.NAME by default.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("plugin new", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: ["--language", "--kind", "--dir", "--id"], operands: 1)
        } _: { options in
            let skeleton = try skeleton(options)
            guard let templates = Installation.templates else {
                throw PluginSkeleton.Failure("no templates are installed beside this program: use scripts/install")
            }
            let folder = try skeleton.write(into: options["--dir"] ?? ".", templates: templates)
            Terminal.print("\(folder) is ready: cd there, then make, make test, make check")
        }
    }

    private static func skeleton(_ options: Options) throws(Options.Misuse) -> PluginSkeleton {
        guard let name = options.operands.first else { throw Options.Misuse(message: "say the NAME of the plugin") }
        guard PluginSkeleton.isName(name) else {
            throw Options.Misuse(
                message: "'\(name)' is no name for a plugin: use lower-case letters, digits and -, such as score-band")
        }
        let language = try options.required("--language")
        guard ["c", "swift"].contains(language) else {
            throw Options.Misuse(message: "--language must be c or swift, not '\(language)'")
        }
        let kind = try options.required("--kind")
        guard ["tile", "connector"].contains(kind) else {
            throw Options.Misuse(message: "--kind must be tile or connector, not '\(kind)'")
        }
        let id = options["--id"] ?? "com.example.\(name)"
        guard PluginSkeleton.isID(id) else {
            throw Options.Misuse(message: "'\(id)' is no id: use a reverse-domain name such as com.example.score")
        }
        return PluginSkeleton(name: name, id: id, template: "\(language)-\(kind)")
    }
}

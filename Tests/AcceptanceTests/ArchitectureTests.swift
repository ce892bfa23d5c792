import Glibc
import Journeys
import Platform
import Testing

/// The rules of DESIGN.md that a program can check: what is linked, what is exported, who knows whom, and how long files are.
@Suite struct ArchitectureTests {
    private static let shipped = [
        "braze.so", "entry.so", "exit.so", "filter.so", "http.so", "slack.so", "split.so", "sync.so", "wait.so",
        "webhook.so",
    ]

    /// The rooms, and those that each may import. System modules and the standard library are open to all.
    private static let mayImport: [String: Set<String>] = [
        "Platform": ["CPlatform"],
        "SQLite": ["CSQLite", "Platform"],
        "Crypto": ["CCrypto"],
        "Journeys": [],
        "Columns": ["CTessera", "CPlatform", "Journeys"],
        "Store": ["SQLite", "CSQLite", "Crypto", "Columns", "Journeys", "Platform"],
        "Warehouse": ["SQLite", "CSQLite", "Columns", "Journeys", "Platform"],
        "PluginHost": ["CTessera", "CPlatform", "Crypto", "Columns", "Journeys", "Platform"],
        "Delivery": ["CTessera", "PluginHost", "Journeys", "Platform"],
        "Outbound": ["CCrypto", "Crypto"],
        "Payload": ["CTessera", "TesseraPluginKit", "Journeys", "Crypto"],
        "Engine": [
            "CTessera", "Warehouse", "PluginHost", "Delivery", "Store", "Columns", "Journeys", "Crypto", "Platform",
        ],
        "HTTPServer": ["Platform", "CSockets", "CTLS"],
        "Gateway": [
            "HTTPServer", "Engine", "Warehouse", "PluginHost", "Delivery", "Store", "Journeys", "Crypto", "Platform",
        ],
        "TesseraPluginKit": ["CTessera"],
        "TesseraTestKit": ["CTessera", "CTesseraTest"],
        "tessera-plugin-host": ["PluginHost", "Journeys", "Platform"],
        "tessera": [
            "Gateway", "HTTPServer", "Engine", "Warehouse", "PluginHost", "Delivery", "Store", "Journeys", "Crypto",
            "Platform", "CTLS",
        ],
        "CTessera": [], "CSQLite": [], "CCurl": [], "CCrypto": [], "CPlatform": [], "CSockets": [], "CTLS": [],
        "CTesseraTest": [],
    ]
    /// What a shipped plugin may use besides system modules: nothing of the core that has state or does I/O for it.
    private static let pluginsMayImport: Set<String> = [
        "CTessera", "TesseraPluginKit", "Payload", "Journeys", "Columns", "Crypto", "Outbound", "Platform", "CCurl",
    ]

    @Test func onlyTheSyncPluginLinksLibcurl() throws {
        #expect(try !needed(Installed.program()).contains { $0.contains("curl") })
        for file in Self.shipped {
            let linksCurl = try needed(Installed.plugins() + "/" + file).contains { $0.contains("libcurl") }
            #expect(linksCurl == (file == "sync.so"), "\(file)")
        }
    }

    @Test func eachPluginExportsOneSymbol() throws {
        for file in Self.shipped {
            let text = try Command.succeed("nm", ["-D", "--defined-only", Installed.plugins() + "/" + file])
            let symbols = text.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
            #expect(symbols == ["tessera_plugin_v1"], "\(file)")
        }
    }

    @Test func theLockNamesWhatIsInstalledByItsHash() throws {
        let folder = try Installed.plugins()
        #expect(try Files.list(folder).sorted() == (Self.shipped + ["plugins.lock"]).sorted())
        let lock = try JSON.parse(try Files.read(folder + "/plugins.lock"))
        let entries = try #require(lock["plugins"]?.arrayValue)
        // What was installed before stays in the lock, for rollbacks: the newest entry of a name comes first.
        var newest: [String: JSON] = [:]
        for entry in entries {
            let file = try #require(entry["file"]?.stringValue)
            if newest[file] == nil { newest[file] = entry }
            #expect(entry["isolation"] == "inproc")
            #expect(entry["secrets"]?.boolValue == (file == "sync.so"), "\(file)")
        }
        #expect(newest.keys.sorted() == Self.shipped)
        for (file, entry) in newest {
            let hash = try Command.succeed("sha256sum", [folder + "/" + file]).prefix(64)
            #expect(entry["sha256"]?.stringValue == String(hash), "\(file)")
        }
    }

    @Test func theInstalledTreeHasWhatEachUserNeeds() throws {
        let tree = try Installed.tree()
        let headers = try Files.list(Installed.root + "/Sources/CTessera/include/tessera").sorted()
        #expect(try Files.list(tree + "/include/tessera").sorted() == headers)
        for header in [
            "tessera.h", "tessera_connector.h", "tessera_columns.h", "tessera_trace.h", "tessera_config.h",
            "tessera_test.h",
        ] {
            let installed = try Files.read("\(tree)/include/tessera/\(header)")
            #expect(try installed == Files.read("\(Installed.root)/Sources/CTessera/include/tessera/\(header)"))
        }
        for kit in ["TesseraPluginKit", "TesseraTestKit"] {
            let installed = try Files.list("\(tree)/share/tessera/\(kit)")
            #expect(try installed.sorted() == Files.list("\(Installed.root)/Sources/\(kit)").sorted())
        }
    }

    @Test func thereAreNoPackageDependencies() throws {
        let manifest = try text(Installed.root + "/Package.swift")
        #expect(!manifest.contains(".package("))
        #expect(!Files.exists(Installed.root + "/Package.resolved"))
    }

    @Test func roomsImportOnlyWhatTheyMay() throws {
        let rooms = try Files.list(Installed.root + "/Sources").filter { !$0.hasPrefix(".") }
        #expect(Set(rooms).subtracting(Self.mayImport.keys).isEmpty, "a new room: say here what it may import")
        var wrong: [String] = []
        for room in rooms {
            for file in try files("Sources/" + room, [".swift"]) {
                let imported = try imports(file).intersection(Self.mayImport.keys).subtracting([room])
                for name in imported.subtracting(Self.mayImport[room] ?? []) { wrong.append("\(file) imports \(name)") }
            }
        }
        for file in try files("Plugins", [".swift"]) {
            for name in try imports(file).intersection(Self.mayImport.keys).subtracting(Self.pluginsMayImport) {
                wrong.append("\(file) imports \(name)")
            }
            if try imports(file).contains("CCurl"), !file.hasPrefix("Plugins/Sync/") {
                wrong.append("\(file) imports CCurl")
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test func noTypeOfSQLiteStandsInAPublicSignature() throws {
        var wrong: [String] = []
        for room in ["Store", "Warehouse", "Engine"] {
            for file in try files("Sources/" + room, [".swift"]) {
                for line in try text(Installed.root + "/" + file).split(separator: "\n")
                where line.contains("public ") && !line.contains("//") {
                    let names = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                    if names.contains(where: { ["Database", "Statement", "OpaquePointer"].contains($0) })
                        || names.contains(where: { $0.hasPrefix("sqlite3") })
                    {
                        wrong.append("\(file): \(line)")
                    }
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test func noFileIsLongerThan500Lines() throws {
        let folders = ["Sources", "Plugins", "Tests", "Benchmarks", "scripts"]
        let all = try folders.flatMap { try files($0, [".swift", ".c", ".h", ".py", ".sh", ""]) }
        #expect(all.count > 100)
        var lengths: [Int] = []
        for file in all where !file.hasPrefix("Tests/Data/") || file.hasSuffix(".py") {
            let lines = try Files.read(Installed.root + "/" + file).count { $0 == UInt8(ascii: "\n") }
            if file.hasSuffix(".swift") { lengths.append(lines) }
            #expect(lines <= 500, "\(file) has \(lines) lines: split it by concept")
        }
        let median = lengths.sorted()[lengths.count / 2]
        #expect(median <= 150, "the median file has \(median) lines")
    }

    // MARK: Reading

    private func needed(_ path: String) throws -> [String] {
        let text = try Command.succeed("readelf", ["-d", path])
        #expect(text.contains("(NEEDED)"))
        return text.split(separator: "\n").filter { $0.contains("(NEEDED)") }.map(String.init)
    }

    private func text(_ path: String) throws -> String { String(decoding: try Files.read(path), as: UTF8.self) }

    /// The modules that a file imports; `import struct A.B` is A.
    private func imports(_ file: String) throws -> Set<String> {
        var names: Set<String> = []
        for line in try text(Installed.root + "/" + file).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, !line.hasPrefix("//"), !line.hasPrefix(" ")
            else { continue }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
            guard let name = words[(place + 1)...].first(where: { !kinds.contains($0) }) else { continue }
            names.insert(String(name.prefix { $0 != "." }))
        }
        return names
    }

    /// Paths of the files under a folder of the checkout whose names have one of the endings, "" being none at all.
    private func files(_ folder: String, _ endings: [String]) throws -> [String] {
        var found: [String] = []
        for name in try Files.list(Installed.root + "/" + folder) where !name.hasPrefix(".") && name != "__pycache__" {
            let path = folder + "/" + name
            var status = stat()
            guard stat(Installed.root + "/" + path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                found += try files(path, endings)
            } else if endings.contains(where: { $0.isEmpty ? !name.contains(".") : name.hasSuffix($0) }) {
                found.append(path)
            }
        }
        return found
    }
}

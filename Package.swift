// swift-tools-version: 6.3
import PackageDescription

// Rooms and their one-way dependencies: README.md draws them, DESIGN.md says why, and ArchitectureTests.swift holds
// them to it. There are no package dependencies.

/// A tile or connector plugin: a folder under Plugins/ that becomes one `.so` exporting one symbol.
struct Plugin {
    var name: String
    var dependencies: [Target.Dependency] = []
    var product: Product { .library(name: "\(name)Plugin", type: .dynamic, targets: ["\(name)Plugin"]) }
    var target: Target {
        .target(
            name: "\(name)Plugin",
            dependencies: ["CTessera", "TesseraPluginKit"] + dependencies,
            path: "Plugins/\(name)",
            linkerSettings: [
                // One exported symbol, and never unmapped: dlclose of a Swift library breaks the host (DESIGN.md 3).
                // lld, since gold lists Swift's protected symbols in the dynamic table though they are local.
                .unsafeFlags([
                    "-use-ld=lld", "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/exports.map",
                    "-Xlinker", "-z", "-Xlinker", "nodelete",
                ])
            ]
        )
    }
}

let plugins = [
    Plugin(name: "Entry"),
    Plugin(name: "Wait"),
    Plugin(name: "Filter", dependencies: ["Journeys", "Columns"]),
    Plugin(name: "Split", dependencies: ["Journeys"]),
    Plugin(name: "Exit"),
    Plugin(name: "Sync", dependencies: ["CCurl", "Outbound", "Payload", "Platform"]),
    Plugin(name: "Webhook", dependencies: ["Payload"]),
    Plugin(name: "HTTP", dependencies: ["Payload"]),
    Plugin(name: "Braze", dependencies: ["Payload"]),
    Plugin(name: "Slack", dependencies: ["Payload"]),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude)
}

let package = Package(
    name: "tessera",
    products: [
        .executable(name: "tessera", targets: ["tessera"]),
        .executable(name: "tessera-plugin-host", targets: ["tessera-plugin-host"]),
    ] + plugins.map(\.product),
    targets: [
        .target(name: "CTessera"),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),

        .systemLibrary(name: "CPlatform"),
        room("Platform", ["CPlatform"]),
        room("SQLite", ["CSQLite", "Platform"]),
        room("Crypto", ["CCrypto"]),
        room("Journeys"),
        room("Columns", ["CTessera", "CPlatform", "Journeys"]),
        room("Store", ["SQLite", "CSQLite", "Crypto", "Columns", "Journeys", "Platform"]),
        room("Warehouse", ["SQLite", "CSQLite", "Columns", "Journeys", "Platform"]),
        room("PluginHost", ["CTessera", "CPlatform", "Crypto", "Columns", "Journeys", "Platform"]),
        room("Delivery", ["CTessera", "PluginHost", "Journeys", "Platform"]),
        room("Outbound", ["CCrypto", "Crypto"]),
        room("Payload", ["TesseraPluginKit", "Journeys", "Crypto"]),
        room(
            "Engine",
            ["CTessera", "Warehouse", "PluginHost", "Delivery", "Store", "Columns", "Journeys", "Crypto", "Platform"]),
        .systemLibrary(name: "CSockets"),
        .systemLibrary(name: "CTLS", providers: [.apt(["libssl-dev"])]),
        room("HTTPServer", ["Platform", "CSockets", "CTLS"]),
        room(
            "Gateway",
            ["HTTPServer", "Engine", "Warehouse", "PluginHost", "Delivery", "Store", "Journeys", "Crypto", "Platform"]),
        room("TesseraPluginKit", ["CTessera"]),
        room("TesseraTestKit", ["CTessera"]),
        .executableTarget(
            name: "tessera",
            dependencies: [
                "Gateway", "HTTPServer", "Engine", "Warehouse", "PluginHost", "Delivery", "Store", "Journeys", "Crypto",
                "Platform", "CTLS",
            ]),

        .executableTarget(name: "tessera-plugin-host", dependencies: ["PluginHost", "Journeys", "Platform"]),
        .executableTarget(
            name: "PluginBench", dependencies: ["PluginHost", "CTessera", "Columns", "Crypto", "Journeys", "Platform"],
            path: "Benchmarks/PluginBench"),
        .executableTarget(
            name: "DeliveryBench",
            dependencies: ["Delivery", "PluginHost", "CTessera", "Columns", "Crypto", "Journeys", "Platform"],
            path: "Benchmarks/DeliveryBench"),

        .target(
            name: "CFaultVFS", path: "Tests/FaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "TestSupport", dependencies: ["Platform", "Delivery", "HTTPServer", "Journeys"],
            path: "Tests/TestSupport"),
        .target(name: "HTTPGrammar", path: "Tests/HTTPGrammar"),
        .executableTarget(
            name: "HTTPReader", dependencies: ["HTTPServer", "HTTPGrammar", "Platform"], path: "Tests/HTTPReader"),
        tests("PlatformTests", ["Platform", "Crypto"]),
        tests("SQLiteTests", ["SQLite"]),
        tests("JourneysTests", ["Journeys", "TestSupport"]),
        tests("ColumnsTests", ["Columns", "Journeys", "CTessera", "TestSupport"]),
        tests("StoreTests", ["Store", "SQLite", "Crypto", "Journeys", "Platform", "TestSupport"]),
        tests("WarehouseTests", ["Warehouse", "Columns", "Journeys", "SQLite", "CSQLite", "Platform", "TestSupport"]),
        tests(
            "PluginHostTests", ["PluginHost", "CTessera", "Columns", "Journeys", "Crypto", "Platform", "TestSupport"],
            exclude: ["Fixtures", "Check/Bad"]),
        tests(
            "DeliveryTests", ["Delivery", "PluginHost", "CTessera", "Columns", "Journeys", "Platform", "TestSupport"]),
        tests(
            "EngineTests",
            [
                "Engine", "Store", "Warehouse", "PluginHost", "Delivery", "Columns", "Journeys", "Crypto", "Platform",
                "SQLite", "CFaultVFS", "TestSupport",
            ]),
        tests("HTTPServerTests", ["HTTPServer", "HTTPGrammar", "Platform", "TestSupport"]),
        tests("GatewayTests", ["Gateway", "HTTPServer", "Store", "Journeys", "Platform", "TestSupport"]),
        tests(
            "PluginTests",
            [
                "CTessera", "TesseraPluginKit", "TesseraTestKit", "Outbound", "PluginHost", "Delivery", "Columns",
                "Journeys", "Crypto", "Platform", "TestSupport",
            ]),
        tests("AcceptanceTests", ["Journeys", "Crypto", "Platform", "HTTPServer", "TestSupport"]),
    ] + plugins.map(\.target),
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)

import Journeys
import Platform
import TestSupport
import Testing

@testable import Gateway

/// Where a setting's value comes from, and what is refused.
@Suite struct SettingsTests {
    struct Given: Sendable {
        var flags: [String: [String]] = [:]
        var environment: [String: String] = [:]
        var file: String?
    }

    private static func read(_ given: Given) throws -> EffectiveSettings {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/own.json"
        if let text = given.file { try Files.write(Array(text.utf8), to: path) }
        return try EffectiveSettings(
            flags: given.flags, environment: given.environment, file: given.file == nil ? nil : path)
    }

    @Test(arguments: [
        (Given(), 500, "default"),
        (Given(file: #"{"max_tiles": 7}"#), 7, "/own.json"),
        (Given(environment: ["TESSERA_MAX_TILES": "8"], file: #"{"max_tiles": 7}"#), 8, "environment"),
        (Given(environment: ["TESSERA_CONFIG": ""]), 500, "default"),
        (Given(environment: ["TESSERA_MAX_TILES": ""], file: #"{"max_tiles": 7}"#), 7, "/own.json"),
        (
            Given(
                flags: ["max_tiles": ["9"]], environment: ["TESSERA_MAX_TILES": "8"], file: #"{"max_tiles": 7}"#), 9,
            "flag"
        ),
        (Given(flags: ["max_tiles": ["9"]]), 9, "flag"),
    ]) func theFirstThatHasItCounts(_ given: Given, _ tiles: Int, _ source: String) throws {
        let settings = try Self.read(given)
        let entry = try #require(settings.entries.first { $0.setting.name == "max_tiles" })
        #expect(entry.value == .integer(Int64(tiles)) && entry.source.text.hasSuffix(source))
        #expect(try settings.configuration().limits.journey.tiles == tiles)
    }

    @Test func whatIsTrueOrFalseComesFromEverywhere() throws {
        for given in [
            Given(file: #"{"metrics_without_key": false}"#),
            Given(environment: ["TESSERA_METRICS_WITHOUT_KEY": "false"]),
            Given(flags: ["metrics_without_key": ["false"]]),
        ] { #expect(try Self.read(given).configuration().metricsWithoutKey == false) }
        #expect(try Self.read(Given()).configuration().metricsWithoutKey)
        for given in [
            Given(file: #"{"metrics_without_key": "false"}"#), Given(flags: ["metrics_without_key": ["no"]]),
        ] { #expect(throws: SettingError.self) { try Self.read(given).configuration() } }
    }

    @Test func listsAndMapsComeFromEverywhere() throws {
        let file = try Self.read(
            Given(file: #"{"allow_destination": ["10.0.0.0/8"], "setting": {"sync.in-flight": "5"}, "plugins": ["a"]}"#)
        ).configuration(GatewayConfiguration(dataDirectory: "", pluginDirectories: ["shipped"]))
        #expect(file.allowedDestinations == ["10.0.0.0/8"] && file.pluginSettings == ["sync.in-flight": "5"])
        #expect(file.pluginDirectories == ["shipped", "a"])
        let environment = try Self.read(
            Given(environment: [
                "TESSERA_ALLOW_DESTINATION": "10.0.0.0/8, fd00::/8", "TESSERA_SETTING": "a.b=c=d,sync.x=",
            ])
        ).configuration()
        #expect(environment.allowedDestinations == ["10.0.0.0/8", "fd00::/8"])
        #expect(environment.pluginSettings == ["a.b": "c=d", "sync.x": ""])
    }

    @Test func theFileOfTheDataDirectoryIsFound() throws {
        let directory = try TemporaryDirectory()
        let data = ["data": [directory.path]]
        #expect(try EffectiveSettings(flags: data, environment: [:]).configuration().limits.journey.edges == 2000)
        try Files.write(Array(#"{"max_edges": 3}"#.utf8), to: directory.path + "/tessera.json")
        #expect(try EffectiveSettings(flags: data, environment: [:]).configuration().limits.journey.edges == 3)
        let other = directory.path + "/other.json"
        try Files.write(Array("{}".utf8), to: other)
        for settings in [
            try EffectiveSettings(flags: data, environment: [:], file: other),
            try EffectiveSettings(flags: data, environment: ["TESSERA_CONFIG": other]),
        ] { #expect(try settings.configuration().limits.journey.edges == 2000) }
    }

    @Test(arguments: [
        (Given(file: #"{"max_tile": 7}"#), ["own.json: there is no setting 'max_tile': did you mean 'max_tiles'?"]),
        (Given(file: #"{"max_tiles": "7"}"#), ["own.json: max_tiles must be a whole number, not '7'"]),
        (Given(file: #"{"max_tiles": 0}"#), ["own.json: max_tiles must be from 1 to 5000, not 0"]),
        (Given(file: #"{"max_tiles": 7, "max_tiles": 8}"#), ["own.json", "'max_tiles' more than once"]),
        (Given(file: #"{"plugins": "a"}"#), ["own.json: plugins must be a list of texts, not 'a'"]),
        (Given(file: #"{"setting": {"a.b": 1}}"#), ["own.json: setting must have texts"]),
        (Given(file: #"{"secret_key": "x"}"#), ["secret_key must not stand in a file", "TESSERA_SECRET_KEY"]),
        (Given(file: "[]"), ["own.json must hold a JSON object"]), (Given(file: "{"), ["own.json is not valid JSON"]),
        (Given(environment: ["TESSERA_MAX_TILES": "many"]), ["TESSERA_MAX_TILES must be a whole number, not 'many'"]),
        (Given(environment: ["TESSERA_MAX_TILE": "7"]), ["TESSERA_MAX_TILE is no setting", "TESSERA_MAX_TILES"]),
        (Given(environment: ["TESSERA_SETTING": "nothing"]), ["TESSERA_SETTING takes NAME=VALUE, not 'nothing'"]),
        (Given(flags: ["log_level": ["loud"]]), ["--log-level must be debug, info, warning, error, not 'loud'"]),
        (Given(flags: ["max_tiles": ["5001"]]), ["--max-tiles must be from 1 to 5000, not 5001"]),
        (Given(flags: ["listen": ["nowhere"]]), ["--listen must read HOST:PORT, not 'nowhere'"]),
        (Given(flags: ["listen": ["::1:80"]]), ["--listen", "[::1]:8080"]),
        (Given(flags: ["data": [""]]), ["--data must not be empty"]),
        (Given(flags: ["allow_destination": ["10.0.0.0/99"]]), ["--allow-destination has '10.0.0.0/99'"]),
        (Given(flags: ["setting": ["nodot=1"]]), ["--setting has 'nodot'"]),
        (Given(flags: ["tls_key": ["k.pem"]]), ["--tls-certificate and --tls-key belong together"]),
    ]) func whatCantBeUsedIsNamedWithItsRemedy(_ given: Given, _ words: [String]) {
        #expect { try Self.read(given) } throws: { error in
            words.allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test func otherProgramsVariablesAreLeftAlone() throws {
        _ = try Self.read(Given(environment: ["TESSERA_URL": "x", "TESSERA_SOMETHING_ELSE": "y", "MAX_TILES": "z"]))
    }

    @Test func aFileThatIsNamedMustBeThere() {
        #expect(throws: SettingError.self) {
            try EffectiveSettings(flags: [:], environment: [:], file: "/nowhere/at/all.json")
        }
    }

    /// A row of the table that sets nothing, or something else than the default says, shows here.
    @Test func everyRowOfTheTableWorks() throws {
        #expect(Set(Settings.all.map(\.name)).count == Settings.all.count)
        let unset = "\(Settings.presets)"
        for setting in Settings.all where !setting.isSecret {
            if let preset = setting.preset {
                try setting.check(preset)
                var configuration = Settings.presets
                try setting.use(preset, &configuration)
                if setting.name != "listen" { #expect("\(configuration)" == unset, "\(setting.name)") }
            }
            let other: JSON =
                switch setting.kind {
                case .text: setting.name == "listen" ? "[::1]:9" : "other"
                case .choice(let names): .string(names[0])
                case .number(let range): .integer(Int64(range.upperBound - 1))
                case .truth: .bool(setting.preset != true)
                case .list: ["10.0.0.0/8"]
                case .map: ["a.b": "c"]
                }
            try setting.check(other)
            var configuration = Settings.presets
            try setting.use(other, &configuration)
            #expect("\(configuration)" != unset, "\(setting.name) changes nothing")
        }
    }

    @Test func theDocumentationIsThePresentOne() throws {
        #expect(
            try TestFiles.read("Documentation/configuration.md") == SettingsDocument.markdown,
            "Documentation/configuration.md is old: tessera config --documentation > Documentation/configuration.md")
    }
}

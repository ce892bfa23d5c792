import Crypto
import Journeys
import Platform

/// Looks at a plugin file as thoroughly as a machine can: `tessera plugin check`. The plugin itself is used in child
/// processes only, so that whatever it does is a finding.
public struct PluginCheck: Sendable {
    /// The path of `tessera-plugin-host`.
    public var program: String
    /// The plugin.
    public var file: String
    /// A JSON file with a config to try beside the examples: for every type, or an object of configs by type id.
    public var configFile: String?
    /// How long an ASYNC tile may take for a batch, in microseconds.
    public var patienceUs: Int64
    /// The sections to check, by name; nil: all. The file and its tables are always looked at.
    public var only: Set<String>?

    /// The names of sections, for `only`.
    public static let sectionNames = CheckSection.allCases.map(\.rawValue)

    public init(
        program: String, file: String, configFile: String? = nil, patienceUs: Int64 = 10_000_000,
        only: Set<String>? = nil
    ) {
        self.only = only
        self.program = program
        self.file = file
        self.configFile = configFile
        self.patienceUs = patienceUs
    }

    /// What is wrong with a file for `configFile`; nil when it is a JSON object.
    public static func problem(ofConfigFile path: String) -> String? {
        do {
            let config = try JSON.parse(Files.read(path))
            return config.objectValue == nil ? "\(path) holds \(config.kindName), not an object" : nil
        } catch let error as JSONParseError {
            return "\(path) is \(error.message)"
        } catch {
            return "\(error)"
        }
    }

    /// Blocks for as long as it takes: some seconds for each type.
    ///
    /// - Parameter progress: hears of each section as it begins.
    /// - Throws: when the file can't be read.
    public func run(progress: (_ section: String, _ type: String?) -> Void = { _, _ in }) throws -> CheckReport {
        let bytes = try Files.read(file)
        var report = CheckReport(file: file, sha256: Crypto.hex(Crypto.sha256(bytes)))
        progress("file", nil)
        let look = FileLook(bytes)
        report.sections.append(look.section)
        guard look.canBeLoaded else { return report }

        // dlopen searches its own path for a name without a slash.
        let path = file.contains("/") ? file : "./\(file)"
        let process = SectionProcess(
            program: program, file: path, configFile: configFile, patienceUs: patienceUs)
        progress("tables", nil)
        let tables = process.run(.tables, type: nil)
        report.sections.append(tables.section)
        guard let data = tables.data else { return report }
        report.id = data["id"]?.stringValue ?? ""
        report.version = data["version"]?.stringValue ?? ""
        report.toolchain = data["toolchain"]?.stringValue ?? ""
        func types(_ key: String) -> [String] { (data[key]?.arrayValue ?? []).compactMap(\.stringValue) }
        let plan =
            types("tiles").flatMap { type in CheckSection.ofTiles.map { ($0, type) } }
            + types("connectors").flatMap { type in CheckSection.ofConnectors.map { ($0, type) } }
        for (section, type) in plan where wants(section) {
            progress(section.rawValue, type)
            report.sections.append(process.run(section, type: type).section)
        }
        for section in [CheckSection.bare, .life] where wants(section) {
            progress(section.rawValue, nil)
            report.sections.append(process.run(section, type: nil).section)
        }
        return report
    }

    private func wants(_ section: CheckSection) -> Bool { only?.contains(section.rawValue) ?? true }
}

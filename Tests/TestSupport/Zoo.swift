import Foundation
import Platform

/// The bad plugins of `Tests/Zoo`, built at test time. Its README says what each of them does.
public enum Zoo {
    static let directory = CPlugin.packageDirectory + "/Tests/Zoo"

    /// The names of all sins, in order: those of the files, and "truncated".
    public static var sins: [String] {
        get throws {
            let names = try Files.list(directory).compactMap { file -> String? in
                let parts = file.split(separator: ".")
                guard parts.count == 2, ["c", "cpp", "swift"].contains(parts[1]), parts[0] != "good" else { return nil }
                return String(parts[0])
            }
            return (names + ["truncated"]).sorted()
        }
    }

    /// Builds a plugin of the zoo.
    ///
    /// - Parameters:
    ///   - name: that of its file: "abort"; "good" for the tile without a sin, "truncated" for half of that one's file.
    ///   - timeoutUs: how long its calls may take; 0: the host's choice.
    ///   - output: path of the shared object.
    public static func build(_ name: String, timeoutUs: Int64 = 0, to output: String) throws {
        if name == "truncated" {
            try build("good", to: output)
            let whole = try Data(contentsOf: URL(fileURLWithPath: output))
            return try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: output))
        }
        for language in ["c", "cpp", "swift"] {
            let source = "\(directory)/\(name).\(language)"
            if Files.exists(source) {
                return try CPlugin.build(
                    source, defines: timeoutUs == 0 ? [:] : ["ZOO_TIMEOUT_US": String(timeoutUs)], to: output)
            }
        }
        throw CPlugin.BuildError(description: "there is no '\(name)' in \(directory)")
    }

    /// The plugin's id, and that of its one type.
    public static func id(_ name: String) -> String { "com.example.zoo.\(name)" }
}

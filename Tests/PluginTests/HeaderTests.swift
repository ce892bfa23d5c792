import Foundation
import Testing

/// The public headers stand alone, as C11 and as C++17, without a warning.
@Suite struct HeaderTests {
    @Test(arguments: [("c", "c11"), ("c++", "c++17")]) func compiles(language: String, standard: String) throws {
        let folder = try TemporaryFolder()
        let headers = "\(PluginLibrary.packageDirectory)/Sources/CTessera/include"
        for includes in [["tessera.h"], ["tessera_columns.h"], ["tessera.h", "tessera_columns.h", "tessera.h"]] {
            let source = "\(folder.path)/header"
            let lines = includes.map { "#include <tessera/\($0)>\n" }.joined()
            try (lines + "int main(void) { return 0; }\n").write(toFile: source, atomically: true, encoding: .utf8)
            try Command.succeed(
                "cc",
                [
                    "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                    "-I\(headers)", source,
                ])
        }
    }
}

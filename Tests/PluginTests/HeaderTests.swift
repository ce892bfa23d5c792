import Foundation
import Testing
import TesseraTestKit

/// The public headers stand alone, as C11 and as C++17, without a warning.
@Suite struct HeaderTests {
    @Test(arguments: [("c", "c11"), ("c++", "c++17")]) func compiles(language: String, standard: String) throws {
        let folder = try TemporaryFolder()
        let headers = "\(PluginLibrary.packageDirectory)/Sources/CTessera/include"
        let all = try FileManager.default.contentsOfDirectory(atPath: headers + "/tessera").sorted()
        #expect(all.count == 10)
        for includes in all.map({ [$0] }) + [all, all.reversed()] {
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

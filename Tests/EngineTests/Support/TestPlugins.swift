import Foundation
import TestSupport

/// The plugins of this build, and the recorder compiled from its fixture, in one directory.
enum TestPlugins {
    static let directory: Result<String, any Error> = Result { try make() }

    private static func make() throws -> String {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let directory = TemporaryDirectory.ofProcess("test-plugins")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in ["Entry", "Wait", "Filter", "Split", "Exit"] {
            let target = "\(directory)/lib\(name)Plugin.so"
            if !FileManager.default.fileExists(atPath: target) {
                try FileManager.default.copyItem(atPath: BuiltProducts.plugin(name), toPath: target)
            }
        }
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/cc")
        compiler.arguments = [
            "-std=gnu11", "-shared", "-fPIC", "-fvisibility=hidden", "-D_GNU_SOURCE",
            "-I\(source.path)/Sources/CTessera/include", "-o", "\(directory)/recorder.so",
            "\(source.path)/Tests/Fixtures/recorder.c", "-lpthread",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Failure("cc could not compile recorder.c") }
        return directory
    }
}

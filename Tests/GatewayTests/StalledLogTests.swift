import Glibc
import Journeys
import Platform
import TestSupport
import Testing

/// A gateway whose log goes into a pipe that nobody reads, as that of a collector that stands still.
@Suite struct StalledLogTests {
    @Test func callersAreAnsweredAndTheLogIsThereLater() throws {
        let directory = try TemporaryDirectory()
        let (pipe, output) = (directory.path + "/log", directory.path + "/output")
        try #require(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        defer { close(reader) }
        try BuiltProducts.linkPlugins([], in: directory.path + "/plugins")
        let pid = try ChildProcess.spawn(
            [
                BuiltProducts.tessera, "serve", "--data", directory.path + "/data", "--listen", "127.0.0.1:0",
                "--plugins",
                directory.path + "/plugins",
            ], output: output, errors: pipe)
        var isRunning = true
        defer {
            if isRunning {
                kill(pid, SIGKILL)
                _ = ChildProcess.wait(pid)
            }
        }
        let port = try eventually { () -> UInt16? in
            let said = String(decoding: (try? Files.read(output)) ?? [], as: UTF8.self)
            return said.hasSuffix("\n") ? said.split(separator: ":").last.flatMap { UInt16($0.dropLast()) } : nil
        }
        let client = try HTTPClient(port: port)
        for number in 0..<3000 { #expect(try client.request("GET", "/nowhere/\(number)").status == 404) }
        #expect(try HTTPClient(port: port).request("GET", "/healthz").status == 200)

        kill(pid, SIGTERM)
        var log: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func readOn() {
            while case let count = read(reader, &buffer, buffer.count), count > 0 { log += buffer[..<count] }
        }
        let status = try eventually { () -> Int32? in
            readOn()
            return ChildProcess.poll(pid)
        }
        isRunning = false
        readOn()
        #expect(status == 0 && log.last == 10)
        let lines = try log.split(separator: 10).map { try JSON.parse(Array($0)) }
        #expect(lines.count { $0["event"] == "request" && $0["status"] == 404 } == 3000)
        #expect(lines.contains { $0["event"] == "stopping" } && !lines.contains { $0["event"] == "log_lines_lost" })
    }
}

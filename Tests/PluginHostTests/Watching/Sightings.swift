import Glibc
import Platform
import Testing

@testable import PluginHost

/// A watched directory, and what was found in it at each call of the watcher.
final class Sightings: Sendable {
    /// File name to content; nil while somebody writes it.
    typealias Look = [String: String?]

    let directory: String
    private let finished = FinishedFiles()
    private let looks = Monitor<[Look]>([])

    init(_ directory: String) { self.directory = directory }

    /// Starts to watch, and waits for the first call.
    func watch(interval: Int64 = 60_000_000, usesEvents: Bool = true) throws -> DirectoryWatcher {
        let watcher = DirectoryWatcher(
            directories: [directory], interval: interval, usesEvents: usesEvents, finished: finished,
            log: .silent
        ) { self.look() }
        try meet("the first call") { !$0.isEmpty }
        return watcher
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    var all: [Look] { looks.withLock { $0 } }

    /// Waits until the looks so far are as wanted. The time limit is for failing tests only.
    func meet(_ what: String, at place: SourceLocation = #_sourceLocation, _ wanted: ([Look]) -> Bool) throws {
        let met = looks.wait(microseconds: 300_000_000) { wanted($0) ? true : nil }
        try #require(met == true, "waited for \(what); seen: \(all)", sourceLocation: place)
    }

    /// Waits until a look finds the file with this content.
    func meet(_ name: String, _ content: String, at place: SourceLocation = #_sourceLocation) throws {
        try meet("\(name) with \(content.prefix(20))", at: place) { $0.contains { $0[name] == .some(content) } }
    }

    private func look() {
        var look: Look = [:]
        for name in (try? Files.list(directory)) ?? [] where name.hasSuffix(".so") {
            do {
                look[name] = .some(
                    String(decoding: try CompleteFile.read(path(name), finished: finished).bytes, as: UTF8.self))
            } catch CompleteFile.Failure.busy {
                look[name] = .some(nil)
            } catch {
                look[name] = .some("\(error)")
            }
        }
        let found = look
        looks.update { $0.append(found) }
    }
}

/// A file that somebody writes piece by piece.
final class SlowWriter {
    private let descriptor: Int32

    init(_ path: String, flags: Int32 = O_WRONLY | O_CREAT | O_TRUNC) throws {
        descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
    }

    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError("write") }
    }

    func finish() { close(descriptor) }
}

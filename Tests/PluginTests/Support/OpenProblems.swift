import CTessera
import Journeys

/// What `open` said against a config.
struct OpenProblems: Error, Equatable {
    var problems: [Problem]

    var pointers: [String] { problems.map(\.pointer) }
    var messages: [String] { problems.map(\.message) }
}

/// Calls `body` with an open call that keeps the problems told to it.
/// - Throws: `OpenProblems` when `body` gives non-zero.
func collectingProblems(_ body: (UnsafePointer<tessera_open_call>) -> Int32) throws(OpenProblems) {
    final class Collector { var problems: [Problem] = [] }
    let collector = Collector()
    var call = tessera_open_call(
        size: UInt32(MemoryLayout<tessera_open_call>.size), flags: 0,
        context: Unmanaged.passUnretained(collector).toOpaque(), workspace_id: tessera_str(), owner_id: tessera_str(),
        problem: { call, pointer, message in
            guard let context = call?.pointee.context else { return }
            Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue().problems.append(
                Problem(pointer: text(pointer), message: text(message)))
        })
    let status = withExtendedLifetime(collector) { body(&call) }
    if status != 0 { throw OpenProblems(problems: collector.problems) }
    if !collector.problems.isEmpty { throw OpenProblems(problems: [Problem(pointer: "", message: "told, yet opened")]) }
}

/// A list that the C side lends.
func list(_ read: (UnsafeMutablePointer<UnsafePointer<tessera_str>?>) -> Int) -> [String] {
    var names: UnsafePointer<tessera_str>?
    let count = read(&names)
    return UnsafeBufferPointer(start: names, count: count).map(text)
}

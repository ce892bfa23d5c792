import CTessera
import Platform

/// An opened config of an isolated plugin: opened once in each process that needs it.
final class RemoteInstance: Sendable {
    let plugin: RemotePlugin
    /// The tile is ASYNC.
    let isAsync: Bool
    /// Names that edges bind to; nil: the role's own.
    let branches: LentNames?
    let columns: LentNames?
    private let kind: FrameKind
    private let body: [UInt8]
    /// The instance's number in each process that has opened it, by the process's serial.
    private let numbers: Monitor<[UInt64: UInt64]>

    /// What a child says of an `open`.
    struct Answer: Sendable {
        var status: Int32
        var problems: [(pointer: String, message: String)]
        var number: UInt64
        var branches: [String]?
        var columns: [String]?
    }

    init(
        _ plugin: RemotePlugin, isAsync: Bool, kind: FrameKind, body: [UInt8], _ answer: Answer,
        in process: RemoteProcess
    ) {
        self.plugin = plugin
        self.isAsync = isAsync
        self.kind = kind
        self.body = body
        branches = answer.branches.map(LentNames.init)
        columns = answer.columns.map(LentNames.init)
        numbers = Monitor([process.serial: answer.number])
    }

    /// The instance in a process; a new one opens the config again.
    func number(in process: RemoteProcess) throws(ProcessGone) -> UInt64 {
        let id = process.serial
        if let number = numbers.withLock({ $0[id] }) { return number }
        let answer = try Self.open(kind, body, in: process)
        guard answer.status == 0, answer.problems.isEmpty else {
            throw process.end(
                "refuses a config that it had taken: \(answer.problems.first?.message ?? "it gave no reason")")
        }
        // Two threads may have opened it: the child keeps both until its end.
        let live = plugin.state.withLock { Set($0.all.keys) }
        return numbers.withLock { numbers in
            numbers = numbers.filter { live.contains($0.key) }
            numbers[id] = numbers[id] ?? answer.number
            return numbers[id] ?? answer.number
        }
    }

    /// Ends the instance in the process that is in use; others have ended theirs by themselves.
    func close() {
        guard let process = plugin.state.withLock({ $0.process }),
            let number = numbers.withLock({ $0[process.serial] })
        else { return }
        var body = WireWriter()
        body.integer(number)
        _ = try? process.call(.close, body.bytes, timeoutUs: plugin.launch.limits.controlTimeoutUs) { _ in }
    }

    static func open(_ kind: FrameKind, _ body: [UInt8], in process: RemoteProcess) throws(ProcessGone) -> Answer {
        try process.call(kind, body, timeoutUs: process.launch.limits.controlTimeoutUs) { reader throws(WireError) in
            let status = try reader.integer(Int32.self)
            let problems = try reader.list { reader throws(WireError) in
                let pointer = try reader.text()
                return (pointer: pointer, message: try reader.text())
            }
            let number = try reader.integer(UInt64.self)
            let branches = try names(&reader)
            return Answer(
                status: status, problems: problems, number: number, branches: branches, columns: try names(&reader))
        }
    }

    private static func names(_ reader: inout WireReader) throws(WireError) -> [String]? {
        guard try reader.bool() else { return nil }
        return try reader.list { reader throws(WireError) in try reader.text() }
    }
}

/// A list of names as the C tables lend it.
///
/// Sendable without a check because it is written in `init` only.
final class LentNames: @unchecked Sendable {
    let count: Int
    let pointer: UnsafePointer<tessera_str>
    private let list: UnsafeMutablePointer<tessera_str>
    private let texts: [LentText]

    init(_ names: [String]) {
        count = names.count
        texts = names.map(LentText.init)
        list = .allocate(capacity: max(1, names.count))
        for (index, text) in texts.enumerated() { (list + index).initialize(to: text.text) }
        pointer = UnsafePointer(list)
    }

    deinit { list.deallocate() }
}

import CTessera
import Columns
import Glibc
import Journeys
import Platform

/// One lane's thread in the child: takes calls from the gateway one after the other.
final class ChildLane: @unchecked Sendable {
    let socket: FrameSocket
    let plugin: ChildPlugin
    let connection: ChildConnection
    var input: SharedMemory?
    var output: SharedMemory?
    var schema: BatchSchema?
    private let buffer = FrameBuffer()

    init(_ socket: FrameSocket, _ plugin: ChildPlugin, _ connection: ChildConnection) {
        self.socket = socket
        self.plugin = plugin
        self.connection = connection
    }

    /// Until the gateway closes it.
    func serve() {
        var passed: Int32 = -1
        do {
            while true {
                let head = try socket.receive(into: buffer, passed: &passed)
                var body = buffer.reader
                switch head.kind {
                case .input: input = try SharedMemory(mapping: passed, isWritable: false)
                case .output: output = try SharedMemory(mapping: passed, isWritable: true)
                default:
                    var answer = WireWriter()
                    try carryOut(head, &body, &answer)
                    try socket.send(.result, id: head.id, answer.bytes)
                }
            }
        } catch {
            // The gateway has let the lane go; if it has gone altogether, the main thread ends the process.
        }
    }

    private func carryOut(
        _ head: FrameHead, _ body: inout WireReader, _ answer: inout WireWriter
    ) throws(WireError) {
        switch head.kind {
        case .start: answer.integer(plugin.generation.startStatus())
        case .retire: plugin.retire()
        case .close: plugin.close(try body.integer())
        case .openTile: try openTile(&body, &answer)
        case .openConnector: try openConnector(&body, &answer)
        case .run: try run(head.id, &body, &answer)
        case .build: try build(&body, &answer)
        case .classify: try classify(&body, &answer)
        case .probe: try probe(&body, &answer)
        default: throw .broken("the gateway speaks another language")
        }
    }

    private func run(_ id: UInt64, _ body: inout WireReader, _ answer: inout WireWriter) throws(WireError) {
        let number = try body.integer(UInt64.self)
        let flags = try body.integer(UInt32.self)
        let now = try body.integer(Int64.self)
        let runAt = try body.integer(Int64.self)
        let deadline = try body.integer(Int64.self)
        let workspaceID = try body.text()
        let journeyID = try body.text()
        let runID = try body.text()
        let tileID = try body.text()
        let traceparent = Array(try body.raw())
        let batch = try batch(&body)
        guard let tile = plugin.tile(number) else { throw .broken("there is no such instance") }
        let context = CallContext(
            workspaceID: workspaceID, journeyID: journeyID, runID: runID, tileID: tileID, nowUs: now, runAtUs: runAt,
            deadlineUs: deadline, dryRun: flags & TESSERA_CALL_DRY_RUN != 0,
            cancelled: ChildCancellation(id, connection).asked)
        let sink = ChildSink(
            id, traceparent: traceparent, isAsync: tile.type.isAsync, socket: socket, output: output, rows: batch.rows,
            plugin: plugin, connection: connection)
        let status = tile.run(lent: batch.schema.pointer, batch.array, rows: batch.rows, context, sink: sink)
        withExtendedLifetime(batch) {}
        if !tile.type.isAsync { connection.waitUntilHeard() }
        answer.integer(status)
        plugin.writeFigures(to: &answer)
    }

    func batch(_ body: inout WireReader) throws(WireError) -> WireBatch {
        let head = try WireBatch.Head(&body)
        let memory = input.map { UnsafeRawBufferPointer($0.bytes) } ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let batch = try WireBatch(head, memory: memory, known: schema, isTrusted: true)
        schema = batch.schema
        return batch
    }
}

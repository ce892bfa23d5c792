import CTessera
import Columns

/// A destination in a plugin's own process: its connector's functions go to the gateway, which goes to the connector.
///
/// Sendable without a check because it is written in `init` only.
final class ChildDestination: @unchecked Sendable {
    /// The gateway's number of it.
    let number: UInt64
    let connection: ChildConnection
    private let columns: LentNames?
    private var table: LentTable<tessera_destination, ChildDestination>?
    private var texts: [LentText] = []
    private var memory: [UnsafeMutableRawPointer] = []

    /// What plugins get; valid while this object lives.
    var pointer: UnsafePointer<tessera_destination>? { table?.pointer }

    static func of(_ destination: UnsafePointer<tessera_destination>) -> ChildDestination? {
        LentTable<tessera_destination, ChildDestination>.owner(of: destination)
    }

    /// Reads what the gateway tells of a destination.
    init(_ body: inout WireReader, _ connection: ChildConnection) throws(WireError) {
        self.connection = connection
        number = try body.integer()
        let generation = try body.integer(UInt32.self)
        let id = try body.text()
        let name = try body.text()
        let typeTexts = [try body.text(), try body.text(), try body.text()]
        let maxRows = try body.integer(UInt32.self)
        let secrets = try body.list { body throws(WireError) in (token: try body.text(), value: try body.text()) }
        let origins = try body.list { body throws(WireError) in try body.text() }
        let names = try body.list { body throws(WireError) in try body.text() }
        columns = names.isEmpty ? nil : LentNames(names)
        let lentType = typeTexts.map { LentText($0 + "\0") }
        texts = lentType
        let type = place(
            tessera_connector_type(
                size: UInt32(MemoryLayout<tessera_connector_type>.size), max_rows: maxRows, id: lentType[0].text.data,
                title: lentType[1].text.data, config_schema: lentType[2].text.data))
        let secretList = list(
            secrets.map { tessera_secret(token: lend($0.token), value: lend($0.value)) })
        let originList = list(origins.map { lend($0) })
        table = LentTable(
            tessera_destination(
                size: UInt32(MemoryLayout<tessera_destination>.size), generation: generation, destination_id: lend(id),
                name: lend(name), connector: Self.connector, type: type,
                instance: Unmanaged.passUnretained(self).toOpaque(), secrets: secretList, secret_count: secrets.count,
                origins: originList, origin_count: origins.count), owner: self)
    }

    deinit { memory.forEach { $0.deallocate() } }

    private func lend(_ text: String) -> tessera_str {
        let lent = LentText(text)
        texts.append(lent)
        return lent.text
    }

    private func place<Value>(_ value: Value) -> UnsafePointer<Value> { list([value]) }

    private func list<Value>(_ values: [Value]) -> UnsafePointer<Value> {
        let list = UnsafeMutablePointer<Value>.allocate(capacity: max(1, values.count))
        for (index, value) in values.enumerated() { (list + index).initialize(to: value) }
        memory.append(UnsafeMutableRawPointer(list))
        return UnsafePointer(list)
    }

    // MARK: The connector

    nonisolated(unsafe) private static let connector: UnsafePointer<tessera_connector_interface> = {
        let table = UnsafeMutablePointer<tessera_connector_interface>.allocate(capacity: 1)
        table.initialize(
            to: tessera_connector_interface(
                size: UInt32(MemoryLayout<tessera_connector_interface>.size), type_count: 0, types: nil,
                // A destination comes opened, and the gateway closes it.
                open: { _, _, _, _, _ in -1 }, close: { _, _ in },
                columns: { _, instance, names in
                    RemoteInstance.lend(ChildDestination.of(raw: instance)?.columns, to: names)
                },
                build: { _, instance, schema, batch, call in
                    guard let destination = ChildDestination.of(raw: instance), let call else { return -1 }
                    return destination.build(schema, batch, call)
                },
                classify: { _, instance, request, answer, call in
                    guard let destination = ChildDestination.of(raw: instance), let request, let answer, let call else {
                        return -1
                    }
                    return destination.classify(request, answer, call)
                }))
        return UnsafePointer(table)
    }()

    private static func of(raw: UnsafeMutableRawPointer?) -> ChildDestination? {
        raw.map { Unmanaged<ChildDestination>.fromOpaque($0).takeUnretainedValue() }
    }

    private func build(
        _ schema: UnsafePointer<ArrowSchema>?, _ batch: UnsafePointer<ArrowArray>?,
        _ call: UnsafePointer<tessera_build_call>
    ) -> Int32 {
        guard let plan = try? BatchPlan(schema, batch), plan.byteCount < FrameHead.maxBody / 2 else { return -1 }
        var body = WireWriter()
        body.integer(number)
        body.integer(call.pointee.now_us)
        plan.writeHead(to: &body)
        body.append(count: plan.byteCount) { plan.writeBuffers(to: $0) }
        let status = connection.ask(.buildForDestination, body.bytes) { reader throws(WireError) in
            let status = try reader.integer(Int32.self)
            try ConnectorAnswers.read(&reader) {
                call.pointee.request?(call, $0)
            } outcomes: {
                call.pointee.report?(call, $0.baseAddress, $0.count)
            }
            return status
        }
        return status ?? -1
    }

    private func classify(
        _ request: UnsafePointer<tessera_request>, _ answer: UnsafePointer<tessera_answer>,
        _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 {
        var body = WireWriter()
        body.integer(number)
        body.integer(call.pointee.now_us)
        RequestWire.write(request.pointee, to: &body)
        RequestWire.write(answer.pointee, to: &body)
        let status = connection.ask(.classifyForDestination, body.bytes) { reader throws(WireError) in
            let status = try reader.integer(Int32.self)
            try ConnectorAnswers.read(&reader) { _ in
            } outcomes: {
                call.pointee.report?(call, $0.baseAddress, $0.count)
            }
            return status
        }
        return status ?? -1
    }
}

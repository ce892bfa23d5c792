import CTessera
import Payload
import TesseraPluginKit

extension WebhookConnector {
    /// Groups rows, in their order, into requests of `batch_size`. A row that can't be sent is failed and takes no place.
    func build(_ batch: Batch, _ call: BuildCall) throws {
        let keys = try RowKeys(batch)
        guard let plan = try call.made(of: batch, { try BodyPlan(columns: batch.columns) }) else { return }
        let cells = try plan.cells(of: batch)
        var request = RequestWriter(connector: self, plan: plan, cells: cells, capacity: min(batchSize, batch.count))
        var refused = call.outcomes()
        for row in 0..<batch.count {
            guard let (member, key) = keys[row] else {
                refused.fail(row, .keyless)
                continue
            }
            if let column = plan.malformedJSON(in: cells, row: row) {
                refused.fail(row, .malformedJSON(column))
                continue
            }
            request.append(row: row, member: member, key: key)
            if request.count == batchSize { request.send(call) }
        }
        if request.count > 0 { request.send(call) }
    }
}

import CTessera
import Payload
import TesseraPluginKit

extension WebhookConnector {
    /// Groups rows, in their order, into requests of `batch_size`. A row that can't be sent is failed and takes no place.
    func build(_ batch: Batch, _ call: BuildCall) throws {
        let members = try batch.text("$member")
        let keys = try batch.text("$key")
        let plan: BodyPlan
        do throws(MappingError) {
            plan = try BodyPlan(columns: batch.columns)
        } catch {
            var outcomes = call.outcomes(capacity: batch.count)
            outcomes.fail(0..<batch.count, RowError(.badRequest, error.message))
            return
        }
        let cells = try plan.cells(of: batch)
        var request = RequestWriter(connector: self, plan: plan, cells: cells, capacity: min(batchSize, batch.count))
        var refused = call.outcomes()
        for row in 0..<batch.count {
            guard let member = members[row], let key = keys[row] else {
                refused.fail(row, RowError(.misc, "the row came without a member key or an idempotency key"))
                continue
            }
            if let column = plan.malformedJSON(in: cells, row: row) {
                refused.fail(
                    row, RowError(.eventParsingFailed, "field '\(column)' holds no valid JSON: correct the source"))
                continue
            }
            request.append(row: row, member: member, key: key)
            if request.count == batchSize { request.send(call) }
        }
        if request.count > 0 { request.send(call) }
    }
}

import CTessera
import Columns
import Journeys
import TesseraPluginKit

/// Sends members that match a filter tree to `yes`, the others to `no`. The config is the tree itself.
struct FilterTile: TilePlugin {
    static let type = TileType(
        id: "filter", title: "Filter", flags: [.concurrent, .dryRun], schema: FilterSchema.text)

    let branches: [String]? = ["yes", "no"]
    let columns: [String]
    private let tree: FilterTree
    /// Nil when the model's columns were unknown: then each batch tells them.
    private let program: FilterProgram?

    init(config: ConfigReader, open: OpenCall) {
        var tree = FilterTree.everyone
        var program: FilterProgram?
        do {
            tree = try FilterTree.parse(JSON.parse(config.takeSource()))
            if let schema = open.schema {
                program = FilterProgram(try tree.bound(to: BatchView.columns(of: schema)))
            }
        } catch let error as FilterError {
            for problem in error.problems { config.problem(at: problem.pointer, problem.message) }
        } catch {
            config.problem(nil, "the config can't be read: \(error)")
        }
        self.tree = tree
        self.program = program
        columns = tree.columnNames
    }

    func run(_ batch: Batch, _ call: TileCall) throws {
        let view = try BatchView(schema: batch.schema, array: batch.array)
        let program = try program ?? FilterProgram(tree.bound(to: view.columns))
        var matches: [Bool] = []
        try program.evaluate(view, runAt: call.runAt, into: &matches)
        var outcomes = call.outcomes(for: batch)
        matches.withUnsafeBufferPointer { matches in
            for row in 0..<matches.count { outcomes.advance(row, branch: matches[row] ? 0 : 1) }
        }
        if call.isDryRun { try explain(view, call) }
    }

    /// Records for each member which conditions decided, and the values that they saw.
    private func explain(_ view: BatchView, _ call: TileCall) throws {
        let explanation = try FilterExplanation(tree, columns: view.columns)
        for row in 0..<view.count {
            call.record(row: row, json: try explanation.explain(view, row: row, runAt: call.runAt).text)
        }
    }
}

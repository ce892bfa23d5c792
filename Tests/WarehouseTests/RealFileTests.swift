import Journeys
import Platform
import Testing

@testable import Warehouse

/// The real customers of a real shop, from file to filtered batches.
@Suite struct RealFileTests {
    @Test func customersAreTypedFilteredAndScannedInKeyOrder() throws {
        let fixture = try Fixture()
        let bytes = try Files.read(Fixture.customers)
        let lines = bytes.count { $0 == 0x0A } - 1
        let result = try fixture.upload(bytes: bytes, to: "customers", key: "customer_id", chunk: 777)
        #expect(result.rows == lines && result.inserted == lines && result.updated == 0 && result.bad == 0)
        #expect(
            try fixture.shape("customers")
                == "customer_id:string first_order:date last_order:date orders:integer cds:integer total_spent:number "
                + "largest_order:number")

        let model = try fixture.model("SELECT * FROM customers", key: "customer_id")
        #expect(model.columns.first == Column(name: "customer_id", type: .string, nullable: false))
        let keys = try fixture.keys(model)
        #expect(keys.count == lines && keys == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(keys.first == "00001")

        // The same file again changes nothing but counts.
        let again = try fixture.upload(bytes: bytes, to: "customers", key: "customer_id")
        #expect(again.rows == lines && again.inserted == 0 && again.updated == lines)
        #expect(try fixture.warehouse.tables(workspaceID: fixture.workspace).map(\.rows) == [lines])

        let rich = try fixture.filter(
            #"{"type":"and","children":[{"type":"condition","condition_type":"property","column":"total_spent","operator":"greater_than","value":100},{"type":"condition","condition_type":"property","column":"last_order","operator":"less_than","value":"1998-01-01"}]}"#,
            model)
        let found = try fixture.keys(model, filter: rich)
        let wanted = try fixture.rows(
            "SELECT customer_id FROM customers WHERE total_spent > 100 AND last_order < '1998-01-01' ORDER BY 1"
        )
        #expect(!found.isEmpty && found.map { "[\"\($0)\"]" }.prefix(10_000) == wanted.prefix(10_000))
        #expect(
            try fixture.warehouse.count(model: model, filter: rich, runAt: fixture.clock.now()) == found.count)
    }
}

import Journeys
import TestSupport

/// A workspace and a caller in it.
final class TestWorkspace {
    let id: String
    let sourceID: String
    let key: String
    private let client: HTTPClient

    init(id: String, sourceID: String, key: String, client: HTTPClient) {
        self.id = id
        self.sourceID = sourceID
        self.key = key
        self.client = client
    }

    var base: String { "/api/v1/workspaces/\(id)" }

    /// Calls a path below the workspace. A body is sent as JSON unless a header says otherwise.
    func call(
        _ method: String, _ path: String, _ body: String? = nil, headers: [(String, String)] = [], key: String? = nil
    ) throws -> HTTPClient.Answer {
        var headers = headers
        headers.append(("Authorization", "Bearer \(key ?? self.key)"))
        if body != nil, !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
            headers.append(("Content-Type", "application/json"))
        }
        let answer = try client.request(method, base + path, headers: headers, body: body.map { Array($0.utf8) })
        DescribedAnswer.check(method, base + path, answer)
        return answer
    }

    /// The same, for calls that must succeed.
    @discardableResult
    func json(_ method: String, _ path: String, _ body: String? = nil) throws -> JSON {
        let answer = try call(method, path, body)
        guard answer.status < 300 else {
            throw Unexpected(answer: "\(method) \(path): \(answer.status) \(answer.text)")
        }
        return try JSON.parse(answer.body)
    }

    /// The id of what a POST makes.
    func make(_ path: String, _ body: String) throws -> String {
        let json = try json("POST", path, body)
        guard let id = json["id"]?.stringValue else { throw Unexpected(answer: json.text) }
        return id
    }

    // MARK: Things to work with

    static let customers = """
        id,name,orders,total_spent,last_order
        00001,Ann,3,150.5,2024-01-02
        00002,Bob,2,50.25,2024-02-03
        00003,Cy,1,500.75,2024-03-04

        """

    @discardableResult
    func upload(_ csv: String, table: String = "customers", query: String = "?key=id") throws -> JSON {
        let answer = try call(
            "PUT", "/sources/\(sourceID)/tables/\(table)/rows\(query)", csv, headers: [("Content-Type", "text/csv")])
        guard answer.status == 200 else { throw Unexpected(answer: "\(answer.status) \(answer.text)") }
        return try JSON.parse(answer.body)
    }

    /// A model over the customers, loaded first.
    func makeModel() throws -> String {
        try upload(TestWorkspace.customers)
        return try make(
            "/models",
            """
            {"source_id": "\(sourceID)", "name": "Customers", "sql_query": "SELECT * FROM customers",
             "entity_type": "parent", "primary_key_column": "id"}
            """)
    }

    func makeDestination(url: String = "http://127.0.0.1:9/inbox") throws -> String {
        try make("/destinations", #"{"name": "Inbox", "destination_type": "webhook", "config": {"url": "\#(url)"}}"#)
    }

    /// An active journey that sends everybody's name to a destination.
    func makeDelivery(of model: String, to destination: String) throws -> String {
        let journey = try make(
            "/journeys",
            """
            {"name": "J", "parent_model_id": "\(model)",
             "tiles": [{"id": "a", "type": "entry"}, {"id": "b", "type": "sync", "config": {
                "destination_id": "\(destination)",
                "field_mapping": [{"source_column": "name", "destination_field": "Name"}]}}],
             "edges": [{"from": "a", "to": "b"}]}
            """)
        try json("POST", "/journeys/\(journey)/activate")
        return journey
    }

    /// A draft that lets members wait for three days.
    func makeJourney(model: String, name: String = "Onboarding") throws -> String {
        try make("/journeys", TestWorkspace.journey(model: model, name: name))
    }

    static func journey(model: String, name: String = "Onboarding") -> String {
        """
        {"name": "\(name)", "parent_model_id": "\(model)",
         "tiles": [{"id": "tile-1", "type": "entry"},
                   {"id": "tile-2", "type": "wait", "config": {"duration": 3, "unit": "days"}}],
         "edges": [{"from": "tile-1", "to": "tile-2"}]}
        """
    }
}

/// Sources, their tables, uploads.
enum SourceCases {
    private static let csv = [("Content-Type", "text/csv")]

    static let all: [RestCase] =
        [
            RestCase(
                "GET", "/sources", is: 200,
                has: [
                    "[{", "\"id\":\"{s}\"", "\"source_type\":\"embedded\"", "\"status\":\"connected\"",
                    "\"connection_id\":null",
                ]),
            RestCase("GET", "/sources?page=1", is: 200, has: ["\"total\":1"]),
            RestCase("GET", "/sources/{s}", is: 200, has: ["\"id\":\"{s}\""], answers: ["ETag": "\"1.0\""]),
            RestCase(
                "PUT", "/sources/{s}", #"{"name": "Mine"}"#, is: 200, has: ["\"name\":\"Mine\""],
                answers: ["ETag": "\"2.0\""]),
            RestCase("PUT", "/sources/{s}", #"{"name": "Ours"}"#, headers: [("If-Match", "\"1.0\"")], is: 412),
            RestCase("PUT", "/sources/{s}", #"{"source_type": "postgres"}"#, is: 422, has: ["/source_type"]),
            RestCase("PUT", "/sources/{s}", #"{"config": {"host": "x"}}"#, is: 400, has: ["/config/host"]),
            RestCase(
                "POST", "/sources", #"{"name": "Two", "source_type": "embedded"}"#, is: 409, has: ["one per workspace"]),
            RestCase("POST", "/sources", #"{"name": "P", "source_type": "postgres"}"#, is: 422, has: ["/source_type"]),
            RestCase("POST", "/sources", #"{"source_type": "embedded"}"#, is: 400, has: ["name is required"]),
            RestCase(
                "POST", "/sources/test", #"{"source_type": "embedded"}"#, is: 200, has: ["\"status\":\"connected\""]),
            RestCase("POST", "/sources/{s}/test", is: 200, has: ["\"status\":\"connected\""]),
            RestCase("GET", "/sources/{unknown}", is: 404),
            RestCase("DELETE", "/sources/{s}", is: 409, has: ["\"code\":\"in_use\"", "'Active'", "{active}"]),
            RestCase("GET", "/sources/{s}/schemas", is: 200, has: ["[{\"name\":\"main\"}]"]),
            RestCase(
                "GET", "/sources/{s}/schemas/main/tables", is: 200,
                has: ["\"name\":\"customers\"", "\"key\":\"id\"", "\"rows\":3"]),
            RestCase("GET", "/sources/{s}/schemas/other/tables", is: 404),
            RestCase(
                "GET", "/sources/{s}/schemas/main/tables/customers/columns", is: 200,
                has: [
                    "{\"name\":\"id\",\"nullable\":false,\"type\":\"string\"}", "\"name\":\"orders\"",
                    "\"type\":\"integer\"",
                    "\"type\":\"date\"",
                ]),
            RestCase("GET", "/sources/{s}/schemas/main/tables/nothing/columns", is: 404),
        ] + uploads

    private static let uploads: [RestCase] = [
        RestCase(
            "PUT", "/sources/{s}/tables/plain/rows", "a,b\n1,x\n2,\n", headers: csv, is: 200,
            has: ["{\"bad\":0,\"inserted\":2,\"problems\":[],\"rows\":2,\"updated\":0}"]),
        RestCase(
            "PUT", "/sources/{s}/tables/ragged/rows?key=a", "a,b\n1,x\n2,y,z\n3\n4,w\n", headers: csv, is: 200,
            has: ["\"rows\":2", "\"bad\":2", "\"line\":3", "\"line\":4"]),
        RestCase(
            "PUT", "/sources/{s}/tables/ragged/rows?key=a&mode=upsert", "a,b\n1,changed\n5,new\n",
            headers: [("Content-Type", "text/csv; charset=utf-8")], is: 200,
            has: ["\"inserted\":1", "\"updated\":1"]),
        RestCase(
            "PUT", "/sources/{s}/tables/lines/rows?key=id&types=id:string,n:integer&mode=replace",
            "{\"id\":\"1\",\"n\":2}\n{\"id\":\"2\",\"n\":\"many\"}\n{\"id\":",
            headers: [("Content-Type", "application/x-ndjson")], is: 200, has: ["\"rows\":1", "\"bad\":2"]),
        RestCase("PUT", "/sources/{s}/tables/x/rows?key=nope", "a\n1\n", headers: csv, is: 422, has: ["key", "nope"]),
        RestCase(
            "PUT", "/sources/{s}/tables/x/rows?types=a:money", "a\n1\n", headers: csv, is: 422,
            has: ["'types'", "timestamp"]),
        RestCase("PUT", "/sources/{s}/tables/x/rows?mode=append", "a\n1\n", headers: csv, is: 422, has: ["'mode'"]),
        RestCase(
            "PUT", "/sources/{s}/tables/x/rows?kee=a", "a\n1\n", headers: csv, is: 400,
            has: ["'kee'", "did you mean 'key'"]),
        RestCase("PUT", "/sources/{s}/tables/x/rows", "{}", is: 415, has: ["text/csv"]),
        RestCase(
            "PUT", "/sources/{s}/tables/x/rows", "a", headers: csv + [("Content-Encoding", "gzip")], is: 415,
            has: ["gzip"]),
        RestCase("PUT", "/sources/{unknown}/tables/x/rows", "a\n1\n", headers: csv, is: 404),
        RestCase("GET", "/sources/{s}/schemas/main/tables", is: 200, hasNot: ["\"name\":\"x\""]),
    ]
}

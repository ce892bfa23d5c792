import Gateway

/// `tessera openapi`: what a gateway of this version serves at `/api/v1/openapi.json`, a line for each value.
enum OpenAPICommand {
    static let usage = """
        usage: tessera openapi

        Prints the description of the API in OpenAPI 3.1, as /api/v1/openapi.json serves it.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("openapi", usage: usage) { () throws(Options.Misuse) in
            try Options(arguments, single: [])
        } _: { _ in
            let text = String(decoding: OpenAPIDocument.json.indented(), as: UTF8.self)
            Terminal.print(String(text.dropLast()))
        }
    }
}

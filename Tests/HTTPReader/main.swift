import Glibc
import HTTPGrammar
import HTTPServer
import Platform

// HTTPReader, for proofs: the server alone, with a handler that answers what the server read.
//
//   HTTPReader cases     prints the payloads of the grammar table, a line of hexadecimal digits each
//   HTTPReader serve     prints "listening on http://127.0.0.1:PORT" and serves until standard input ends

/// Answers each request with its reading in the field `X-Read`, in hexadecimal digits: method, target and minor version with
/// spaces between, then a line for each field (`name:value`), an empty line and the body. In the head, since HEAD has no body.
final class ReadingHandler: HTTPHandler {
    func bodyPolicy(_ head: RequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }

    func handle(_ request: Request, _ responder: Responder) {
        let head = request.head
        var reading = Array("\(head.method) \(head.target) \(head.minorVersion)\n".utf8)
        for (name, value) in head.headers.received { reading += name + [0x3A] + value + [0x0A] }
        reading += [0x0A] + request.body
        responder.respond(Response(status: 200, headers: [("X-Read", hexadecimal(reading))]))
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

func say(_ text: String) {
    print(text)
    fflush(nil)
}

switch CommandLine.arguments.dropFirst().first {
case "cases":
    for test in GrammarCase.all { print(hexadecimal(test.bytes)) }
case "serve":
    var configuration = ServerConfiguration()
    configuration.reactors = 1
    let clock = SystemClock()
    let server = HTTPServer(
        configuration: configuration, handler: ReadingHandler(), log: Log(level: .error, clock: clock), clock: clock)
    say("listening on http://127.0.0.1:\(try server.start())")
    while getchar() != EOF {}
    server.stop(grace: 0)
default:
    print("usage: HTTPReader cases | serve")
    exit(2)
}

import Foundation
import Hummingbird
import Logging
import NIOPosix

// HummingbirdPeer FILE PORT THREADS: Hummingbird's hello-world, whose text is a file that was read at the start: GET
// /journey.json on 127.0.0.1.
guard CommandLine.arguments.count == 4, let body = FileManager.default.contents(atPath: CommandLine.arguments[1]),
    let port = Int(CommandLine.arguments[2]), let threads = Int(CommandLine.arguments[3])
else {
    FileHandle.standardError.write(Data("usage: HummingbirdPeer FILE PORT THREADS\n".utf8))
    exit(2)
}
let answer = ByteBuffer(bytes: body)
let router = Router()
router.get("journey.json") { _, _ in
    Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
}
var logger = Logger(label: "peer")
logger.logLevel = .error
let application = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
    eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: threads)), logger: logger)
try await application.runService()

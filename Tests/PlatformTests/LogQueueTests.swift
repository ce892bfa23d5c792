import Foundation
import Platform
import Testing

/// The log while nobody reads it.
@Suite struct LogQueueTests {
    @Test(arguments: [false, true]) func whoLogsNeverWaitsAndLinesStayWhole(isBlocking: Bool) throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        if !isBlocking { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }
        let clock = ManualClock()
        let queue = LogQueue(descriptor: writer, limit: 100_000, clock: clock)
        let log = Log(clock: clock, queue: queue)
        let ended = Monitor(0)
        for thread in 0..<4 {
            NativeThread(name: "talker") {
                for number in 0..<5000 {
                    log.info(event: "said", "said", ["thread": "\(thread)", "number": "\(number)"])
                }
                ended.update { $0 += 1 }
            }.detach()
        }
        try #require(ended.wait(microseconds: 60_000_000) { $0 == 4 ? true : nil } == true, "it waits for the reader")
        #expect(!queue.flush(microseconds: 1000))
        let lost = log.lost
        #expect(lost > 0)

        let text = Monitor<Data?>(nil)
        NativeThread(name: "reader") {
            let all = FileHandle(fileDescriptor: reader, closeOnDealloc: true).readDataToEndOfFile()
            text.update { $0 = all }
        }.detach()
        let isFlushed = queue.flush(microseconds: 60_000_000)
        close(writer)
        try #require(isFlushed)
        let read = try #require(text.wait(microseconds: 60_000_000) { $0 })
        #expect(read.last == 10)
        var (said, told) = (0, 0)
        var last: [String: Int] = [:]
        for line in read.split(separator: 10) {
            let object = try #require(
                try JSONSerialization.jsonObject(with: line) as? [String: Any],
                "\(String(decoding: line, as: UTF8.self))")
            if object["event"] as? String == "log_lines_lost" {
                told += try #require(object["lines"] as? Int)
            } else {
                said += 1
                let thread = try #require(object["thread"] as? String)
                let number = try #require((object["number"] as? String).flatMap { Int($0) })
                #expect(number > last[thread] ?? -1)
                last[thread] = number
            }
        }
        #expect(told == lost && said + lost == 20_000)
    }
}

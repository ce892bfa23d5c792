import Glibc

/// One JSON object a line, over bytes that come in pieces. Lines of white space are skipped.
struct NDJSONParser {
    /// From the start of the present line.
    private var buffer: [UInt8] = []
    private var searched = 0
    private var line = 1
    private var object = JSONLine()

    /// - Throws: `UploadRefused` from the sink, or when a line is too long.
    mutating func feed(_ bytes: [UInt8], to sink: some RowSink) throws(UploadRefused) {
        buffer.append(contentsOf: bytes)
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]), line == 1 {
            throw UploadRefused("the file is UTF-16: save it as UTF-8")
        }
        var start = 0
        while let end = lineFeed(from: max(searched, start)) {
            try take(start..<end, to: sink)
            start = end + 1
        }
        guard buffer.count - start <= RowLimits.maxRecordBytes else {
            throw UploadRefused("line \(line) is longer than 1 MiB: write one object a line")
        }
        buffer.removeSubrange(0..<start)
        searched = buffer.count
    }

    /// Takes the last line, which needs no line feed.
    mutating func finish(to sink: some RowSink) throws(UploadRefused) {
        try take(0..<buffer.count, to: sink)
        buffer = []
    }

    private func lineFeed(from start: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count,
                let found = memchr(base + start, 0x0A, bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func take(_ range: Range<Int>, to sink: some RowSink) throws(UploadRefused) {
        let number = line
        line += 1
        // Taken out for the call, so that its memory serves the next line without a copy.
        var object = JSONLine()
        swap(&object, &self.object)
        defer { swap(&object, &self.object) }
        let sent = buffer.withUnsafeMutableBytes { bytes -> Result<Void, UploadRefused> in
            var text = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
            if number == 1, text.starts(with: [0xEF, 0xBB, 0xBF]) {
                text = UnsafeMutableRawBufferPointer(rebasing: text[3...])
            }
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return .success(()) }
            guard CellReader.isUTF8(UnsafeRawBufferPointer(text)) else {
                return .success(sink.bad(line: number, "the line is not UTF-8"))
            }
            do throws(JSONLine.Fault) {
                try object.parse(text)
            } catch {
                return .success(sink.bad(line: number, error.message))
            }
            return Result { () throws(UploadRefused) in
                try sink.object(line: number, names: object.names, cells: object.cells)
            }
        }
        try sent.get()
    }
}

import Glibc

/// RFC 4180, strictly, over bytes that come in pieces: quotes around a whole value only and doubled within it, records
/// end with LF or CRLF. A record that breaks the rules is bad up to the end of its line. Lines of nothing are skipped.
struct CSVParser {
    private enum State {
        case fieldStart, unquoted, quoted
        /// Behind a quote in a quoted value: its end, or the first of two.
        case quote
        case carriageReturn
        /// In a bad record, up to the next line feed.
        case skipping
    }

    private struct Field {
        var start: Int
        var end: Int
        var isQuoted: Bool
        var hasQuotes: Bool
    }

    /// From the start of the present record.
    private var buffer: [UInt8] = []
    private var position = 0
    private var recordStart = 0
    private var field = Field(start: 0, end: 0, isQuoted: false, hasQuotes: false)
    private var fields: [Field] = []
    private var cells: [RowCell] = []
    private var state = State.fieldStart
    private var fault = ""
    private var line = 1
    private var recordLine = 1
    private var hasBegun = false

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let cr: UInt8 = 0x0D
    private static let lf: UInt8 = 0x0A

    /// - Throws: `UploadRefused` from the sink, or when a record is too long.
    mutating func feed(_ bytes: [UInt8], to sink: some RowSink) throws(UploadRefused) {
        buffer.append(contentsOf: bytes)
        guard try begin() else { return }
        try scan(to: sink)
        if position - recordStart > RowLimits.maxRecordBytes {
            throw UploadRefused(
                "the record that begins on line \(recordLine) is longer than 1 MiB: is there a quote that is not closed?"
            )
        }
        // Only the unfinished record stays.
        buffer.removeSubrange(0..<recordStart)
        position -= recordStart
        field.start -= recordStart
        field.end -= recordStart
        for index in fields.indices {
            fields[index].start -= recordStart
            fields[index].end -= recordStart
        }
        recordStart = 0
    }

    /// Takes the last record, which needs no line end.
    mutating func finish(to sink: some RowSink) throws(UploadRefused) {
        hasBegun = true
        try scan(to: sink)
        switch state {
        case .quoted: fail("the quoted value does not end")
        case .carriageReturn: fail("a carriage return without a line feed")
        case .fieldStart where fields.isEmpty: return
        case .fieldStart, .unquoted: endField(at: position)
        case .quote: endField(at: position - 1)
        case .skipping: break
        }
        try endRecord(to: sink)
    }

    /// Skips a byte order mark once there are enough bytes to see it.
    private mutating func begin() throws(UploadRefused) -> Bool {
        if hasBegun { return true }
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
            throw UploadRefused("the file is UTF-16: save it as UTF-8")
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if buffer.count < mark.count, mark.starts(with: buffer) { return false }
        if buffer.starts(with: mark) {
            position = mark.count
            recordStart = mark.count
            field.start = mark.count
        }
        hasBegun = true
        return true
    }

    private mutating func scan(to sink: some RowSink) throws(UploadRefused) {
        while position < buffer.count {
            let byte = buffer[position]
            switch state {
            case .fieldStart:
                if byte == Self.quote {
                    field.isQuoted = true
                    field.start = position + 1
                    state = .quoted
                } else {
                    state = .unquoted
                    continue
                }
            case .unquoted:
                skipUnquoted()
                guard position < buffer.count else { return }
                switch buffer[position] {
                case Self.quote: fail("a quote within a value without quotes: put the value in quotes and double it")
                case let byte: try end(byte, fieldEnd: position, to: sink)
                }
            case .quoted:
                skipQuoted()
                guard position < buffer.count else { return }
                if buffer[position] == Self.lf { line += 1 } else { state = .quote }
            case .quote:
                switch byte {
                case Self.quote:
                    field.hasQuotes = true
                    state = .quoted
                case Self.comma, Self.cr, Self.lf: try end(byte, fieldEnd: position - 1, to: sink)
                default: fail("text after a closing quote: double a quote that belongs to the value")
                }
            case .carriageReturn:
                if byte == Self.lf {
                    line += 1
                    try endRecord(to: sink)
                } else {
                    fail("a carriage return without a line feed: end lines with LF or CRLF")
                    continue
                }
            case .skipping:
                if byte == Self.lf {
                    line += 1
                    try endRecord(to: sink)
                }
            }
            position += 1
        }
    }

    /// Goes to the next byte that means something in a value without quotes.
    private mutating func skipUnquoted() {
        buffer.withUnsafeBufferPointer { bytes in
            while position < bytes.count {
                let byte = bytes[position]
                if byte == Self.comma || byte == Self.lf || byte == Self.cr || byte == Self.quote { return }
                position += 1
            }
        }
    }

    private mutating func skipQuoted() {
        buffer.withUnsafeBufferPointer { bytes in
            while position < bytes.count, bytes[position] != Self.quote, bytes[position] != Self.lf { position += 1 }
        }
    }

    /// A comma, CR or LF behind a value.
    private mutating func end(_ byte: UInt8, fieldEnd: Int, to sink: some RowSink) throws(UploadRefused) {
        endField(at: fieldEnd)
        switch byte {
        case Self.cr: state = .carriageReturn
        case Self.lf:
            line += 1
            try endRecord(to: sink)
        default: state = .fieldStart
        }
    }

    private mutating func endField(at end: Int) {
        field.end = end
        // A row of too many values is bad however many they are.
        if fields.count <= RowLimits.maxColumns { fields.append(field) }
        field = Field(start: position + 1, end: position + 1, isQuoted: false, hasQuotes: false)
    }

    private mutating func fail(_ message: String) {
        fault = message
        state = .skipping
    }

    /// Hands the record over; `position` is at its line feed.
    private mutating func endRecord(to sink: some RowSink) throws(UploadRefused) {
        let record = recordStart..<min(position, buffer.count)
        let (wasBad, line) = (state == .skipping, recordLine)
        // Taken out for the call, so that their memory serves the next record without a copy.
        var (fields, cells) = ([Field](), [RowCell]())
        swap(&fields, &self.fields)
        swap(&cells, &self.cells)
        defer {
            fields.removeAll(keepingCapacity: true)
            cells.removeAll(keepingCapacity: true)
            swap(&fields, &self.fields)
            swap(&cells, &self.cells)
        }
        state = .fieldStart
        recordStart = min(position + 1, buffer.count)
        field = Field(start: position + 1, end: position + 1, isQuoted: false, hasQuotes: false)
        recordLine = self.line
        if wasBad { return sink.bad(line: line, fault) }
        if fields.count == 1, fields[0].start == fields[0].end, !fields[0].isQuoted { return }
        let sent = buffer.withUnsafeMutableBytes { bytes -> Result<Void, UploadRefused> in
            let whole = UnsafeRawBufferPointer(rebasing: bytes[record])
            guard CellReader.isUTF8(whole) else { return .success(sink.bad(line: line, "the line is not UTF-8")) }
            guard !whole.contains(0) else { return .success(sink.bad(line: line, "the line contains a NUL")) }
            for field in fields { cells.append(Self.cell(field, in: bytes)) }
            return Result { () throws(UploadRefused) in try sink.record(line: line, cells: cells) }
        }
        try sent.get()
    }

    /// A value, its doubled quotes made single in place.
    private static func cell(_ field: Field, in bytes: UnsafeMutableRawBufferPointer) -> RowCell {
        var end = field.end
        if field.hasQuotes {
            var target = field.start
            var source = field.start
            while source < field.end {
                bytes[target] = bytes[source]
                source += bytes[source] == quote ? 2 : 1
                target += 1
            }
            end = target
        }
        if end == field.start {
            // An empty cell is null, "" the empty text.
            return field.isQuoted ? RowCell(kind: .plain, bytes: RowCell.null.bytes) : .null
        }
        return RowCell(kind: .plain, bytes: UnsafeRawBufferPointer(rebasing: bytes[field.start..<end]))
    }
}

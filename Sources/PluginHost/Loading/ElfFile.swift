/// What the bytes of a shared object say before anything maps it: right kind of file, right machine, which symbols it
/// exports. Every offset is checked: the file comes from outside. Refusals are not lasting: they cost nothing to find again,
/// and another gateway may judge otherwise.
struct ElfFile {
    /// Defined, visible dynamic symbols; nil when the file has no section table to find them by.
    let exportedSymbols: [String]?

    private static let wantedMachine: UInt64 = {
        #if arch(x86_64)
            62
        #elseif arch(arm64)
            183
        #else
            0
        #endif
    }()

    init(_ bytes: [UInt8]) throws(Refusal) {
        let reader = Reader(bytes: bytes)
        guard bytes.count >= 64, bytes[0] == 0x7F, bytes[1...3].elementsEqual("ELF".utf8) else {
            throw Refusal("not a shared object: the file is no ELF file", isLasting: false)
        }
        guard bytes[4] == 2, bytes[5] == 1 else {
            throw Refusal("not for this machine: the file is no 64-bit little-endian ELF file", isLasting: false)
        }
        guard reader.number(at: 16, 2) == 3 else {
            throw Refusal("not a shared object: link it with -shared", isLasting: false)
        }
        let machine = reader.number(at: 18, 2) ?? 0
        guard Self.wantedMachine == 0 || machine == Self.wantedMachine else {
            throw Refusal("not for this machine: the file is built for ELF machine \(machine)", isLasting: false)
        }
        try Self.checkSegments(reader)
        exportedSymbols = try Self.symbols(reader)
    }

    private static let cut = Refusal("the file is cut short: copy it again", isLasting: false)

    /// The loader maps segments without a look at the file's length, and reading beyond it ends the process.
    private static func checkSegments(_ reader: Reader) throws(Refusal) {
        guard let table = reader.offset(at: 32), let entrySize = reader.number(at: 54, 2),
            let count = reader.number(at: 56, 2)
        else { throw cut }
        guard table > 0, count > 0, entrySize >= 56 else {
            throw Refusal("a broken ELF file: it has no segments", isLasting: false)
        }
        for index in 0..<Int(count) {
            let header = table + index * Int(entrySize)
            guard let start = reader.offset(at: header + 8), let size = reader.offset(at: header + 32),
                reader.holds(start, size)
            else { throw cut }
        }
    }

    private static func symbols(_ reader: Reader) throws(Refusal) -> [String]? {
        guard let place = reader.number(at: 40, 8), let entrySize = reader.number(at: 58, 2),
            let count = reader.number(at: 60, 2), place > 0, count > 0
        else { return nil }
        guard let table = reader.offset(at: 40) else { throw cut }
        guard entrySize >= 64 else {
            throw Refusal("a broken ELF file: its section headers are too small", isLasting: false)
        }
        for index in 0..<Int(count) {
            let header = table + index * Int(entrySize)
            guard let type = reader.number(at: header + 4, 4) else { throw cut }
            guard type == 11 else { continue }  // SHT_DYNSYM
            guard let start = reader.offset(at: header + 24), let size = reader.offset(at: header + 32),
                let link = reader.number(at: header + 40, 4), link < count
            else { throw cut }
            let strings = table + Int(link) * Int(entrySize)
            guard let stringStart = reader.offset(at: strings + 24), let stringSize = reader.offset(at: strings + 32),
                reader.holds(start, size), reader.holds(stringStart, stringSize)
            else { throw cut }
            var names: [String] = []
            for symbol in stride(from: start, to: start + size / 24 * 24, by: 24) {
                guard let name = reader.number(at: symbol, 4), let info = reader.number(at: symbol + 4, 1),
                    let visibility = reader.number(at: symbol + 5, 1), let section = reader.number(at: symbol + 6, 2)
                else { throw cut }
                let binding = info >> 4
                guard section != 0, binding == 1 || binding == 2, visibility & 3 == 0 || visibility & 3 == 3,
                    name < stringSize
                else { continue }
                names.append(reader.text(at: stringStart + Int(name), end: stringStart + stringSize))
            }
            return names
        }
        return nil
    }

    private struct Reader {
        let bytes: [UInt8]

        func holds(_ start: Int, _ size: Int) -> Bool { start <= bytes.count && size <= bytes.count - start }

        func number(at offset: Int, _ width: Int) -> UInt64? {
            guard offset >= 0, holds(offset, width) else { return nil }
            return (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
        }

        /// A 64-bit file offset or size that lies in the file.
        func offset(at place: Int) -> Int? {
            number(at: place, 8).flatMap { $0 <= UInt64(bytes.count) ? Int($0) : nil }
        }

        func text(at start: Int, end: Int) -> String {
            // Cut: a made-up file could point every symbol at one endless name.
            String(decoding: bytes[start..<min(end, start + 256)].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

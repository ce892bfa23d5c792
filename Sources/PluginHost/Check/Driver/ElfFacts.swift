/// What the program headers of a shared object tell an author: libraries that must be there, and a stack that may run code.
/// Of a file that `ElfFile` took: offsets are checked all the same.
struct ElfFacts {
    /// The libraries that it is linked with, in order.
    private(set) var needed: [String] = []
    private(set) var wantsExecutableStack = false
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        for header in headers {
            switch number(header, 4) {
            case 0x6474_E551: wantsExecutableStack = number(header + 4, 4) & 1 != 0  // PT_GNU_STACK, PF_X
            case 2: readDynamic(at: number(header + 8, 8), size: number(header + 32, 8))  // PT_DYNAMIC
            default: break
            }
        }
    }

    private var headers: [Int] {
        let table = number(32, 8)
        return (0..<number(56, 2)).map { table + $0 * number(54, 2) }
    }

    private mutating func readDynamic(at start: Int, size: Int) {
        var names: [Int] = []
        var strings = 0
        for entry in stride(from: start, to: min(start + size, bytes.count), by: 16) {
            switch number(entry, 8) {
            case 0: break
            case 1: names.append(number(entry + 8, 8))  // DT_NEEDED
            case 5: strings = fileOffset(ofAddress: number(entry + 8, 8))  // DT_STRTAB
            default: continue
            }
        }
        needed = names.map { text(at: strings + $0) }.filter { !$0.isEmpty }
    }

    private func fileOffset(ofAddress address: Int) -> Int {
        for header in headers where number(header, 4) == 1 {  // PT_LOAD
            let start = number(header + 16, 8)
            if address >= start, address < start + number(header + 32, 8) {
                return address - start + number(header + 8, 8)
            }
        }
        return bytes.count
    }

    /// 0 beyond the end, and for numbers that are no offsets.
    private func number(_ place: Int, _ width: Int) -> Int {
        guard place >= 0, place <= bytes.count - width else { return 0 }
        let value = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
        return value <= UInt64(UInt32.max) ? Int(value) : 0
    }

    private func text(at start: Int) -> String {
        guard start > 0, start < bytes.count else { return "" }
        return String(decoding: bytes[start..<min(bytes.count, start + 256)].prefix { $0 != 0 }, as: UTF8.self)
    }
}

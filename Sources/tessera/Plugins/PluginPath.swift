/// An id as a part of a path.
enum PluginPath {
    static func segment(_ id: String) throws(Options.Misuse) -> String {
        guard !id.isEmpty else { throw Options.Misuse(message: "an id is empty") }
        return id.utf8.map { byte in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
            if isPlain { return String(decoding: [byte], as: UTF8.self) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%\(hex.count == 1 ? "0" : "")\(hex)"
        }.joined()
    }
}

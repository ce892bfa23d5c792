extension JSON {
    /// JSON text with a line for each value, for people and for `diff`: members sorted as `serialized()` sorts them, two
    /// spaces a level, a line break at the end. Arrays and objects without an element stay on their line.
    public func indented() -> [UInt8] {
        var bytes: [UInt8] = []
        write(indented: 0, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func write(indented depth: Int, to bytes: inout [UInt8]) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                JSON.line(index, depth + 1, &bytes)
                element.write(indented: depth + 1, to: &bytes)
            }
            JSON.line(0, depth, &bytes)
            bytes.append(UInt8(ascii: "]"))
        case .object(let members) where !members.isEmpty:
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
                .enumerated()
            {
                JSON.line(index, depth + 1, &bytes)
                JSON.write(string: member.key, to: &bytes)
                bytes += [UInt8(ascii: ":"), UInt8(ascii: " ")]
                member.value.write(indented: depth + 1, to: &bytes)
            }
            JSON.line(0, depth, &bytes)
            bytes.append(UInt8(ascii: "}"))
        default: write(to: &bytes)
        }
    }

    /// Ends a line, after the element before the `index`-th.
    private static func line(_ index: Int, _ depth: Int, _ bytes: inout [UInt8]) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\n"))
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
    }
}

import TesseraPluginKit

/// What must not be kept of a destination's secrets: each whole, the parts that are secret by themselves, and all of it as
/// JSON and URLs write it.
struct SecretNeedles {
    /// A shorter one would turn up by chance.
    private static let shortestWhole = 6
    private static let shortestPart = 8
    /// Of a secret URL's path and query: `services` is no secret.
    private static let shortestSegment = 12
    /// So much of a needle's beginning is taken for one where a text was cut.
    private static let shortestBeginning = 4

    private let bytes: [UInt8]
    /// Where each needle lies in `bytes`; sorted by the first byte, the longest first.
    private let places: [Range<Int>]
    /// For each first byte the index of its first needle, and one more.
    private let starts: [Int]
    /// Whether a needle begins with a byte: most bytes of a text are done with after this look.
    private let isFirst: [Bool]
    private let longest: Int

    init(tokens: [[UInt8]], values: [[UInt8]]) {
        var found = Set(tokens.filter { $0.count >= Self.shortestWhole })
        for value in values where value.count >= Self.shortestWhole {
            for text in Self.parts(of: value).union([value]) { found.formUnion(Self.spellings(of: text)) }
        }
        let sorted = found.sorted { ($0[0], $1.count) < ($1[0], $0.count) }
        var places: [Range<Int>] = []
        var end = 0
        for needle in sorted {
            places.append(end..<end + needle.count)
            end += needle.count
        }
        bytes = sorted.flatMap { $0 }
        self.places = places
        var starts: [Int] = []
        for (index, needle) in sorted.enumerated() {
            while starts.count <= Int(needle[0]) { starts.append(index) }
        }
        self.starts = starts + [Int](repeating: sorted.count, count: 257 - starts.count)
        isFirst = zip(self.starts, self.starts.dropFirst()).map { $0 < $1 }
        longest = sorted.map(\.count).max() ?? 0
    }

    /// The text with stars for needles; nil when there is nothing to hide.
    /// - Parameter isCut: whether something came after the text: then a needle's beginning at its end is dropped.
    func redact(_ text: UnsafeRawBufferPointer, isCut: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = next(in: text, from: 0)
        while index < text.count {
            let length = match(text, at: index)
            if length > 0 {
                result += text[copied..<index]
                result += "********".utf8
                copied = index + length
                index = next(in: text, from: copied)
            } else if isCut, text.count - index < longest, isBeginning(text, index) {
                return result + text[copied..<index]
            } else {
                index = next(in: text, from: index + 1)
            }
        }
        return copied > 0 ? result + text[copied...] : nil
    }

    /// The next place where a needle may begin; the text's end without one.
    private func next(in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        isFirst.withUnsafeBufferPointer { isFirst in
            var index = start
            while index < text.count, !isFirst[Int(text[index])] { index += 1 }
            return index
        }
    }

    /// The length of the longest needle at a place; 0 without one.
    private func match(_ text: UnsafeRawBufferPointer, at index: Int) -> Int {
        let first = Int(text[index])
        for place in places[starts[first]..<starts[first + 1]]
        where place.count <= text.count - index
            && text[index..<index + place.count].elementsEqual(bytes[place])
        {
            return place.count
        }
        return 0
    }

    private func isBeginning(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        let rest = text[index...]
        let first = Int(text[index])
        return rest.count >= Self.shortestBeginning
            && places[starts[first]..<starts[first + 1]].contains { bytes[$0].starts(with: rest) }
    }
}

extension SecretNeedles {
    /// What of a secret is secret by itself: the token after `Bearer`, the path of a URL that is secret.
    private static func parts(of value: [UInt8]) -> Set<[UInt8]> {
        var parts: [ArraySlice<UInt8>] = []
        if value.starts(with: "https://".utf8) || value.starts(with: "http://".utf8) {
            let rest = value[value.index(after: value.firstIndex(of: UInt8(ascii: ":")) ?? 0)...].dropFirst(2)
            let path = rest.drop { !"/?#".utf8.contains($0) }
            let user = rest[..<path.startIndex]
            parts = [path, path.prefix { !"?#".utf8.contains($0) }]
            if let end = user.lastIndex(of: UInt8(ascii: "@")) {
                parts += user[..<end].split(separator: UInt8(ascii: ":"))
            }
            parts += path.split { "/?#&=".utf8.contains($0) }.filter { $0.count >= shortestSegment }
        } else {
            parts = value.split { $0 <= 0x20 } + value.split { $0 <= 0x20 || "=,;'\"".utf8.contains($0) }
        }
        return Set(parts.filter { $0.count >= shortestPart }.map(Array.init))
    }

    /// A text as it is, in JSON with and without an escaped `/`, and percent-encoded with and without `/`.
    private static func spellings(of text: [UInt8]) -> [[UInt8]] {
        if text.allSatisfy({ isPlain($0, "-._~") }) { return [text] }
        return [text, json(text, escapesSlash: true), json(text, escapesSlash: false)]
            + ["0123456789ABCDEF", "0123456789abcdef"].flatMap { digits in
                [percent(text, Array(digits.utf8), keeps: "-._~"), percent(text, Array(digits.utf8), keeps: "-._~/")]
            }
    }

    private static func json(_ text: [UInt8], escapesSlash: Bool) -> [UInt8] {
        text.flatMap { byte in
            let isEscaped = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            return isEscaped || escapesSlash && byte == UInt8(ascii: "/") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
    }

    private static func percent(_ text: [UInt8], _ digits: [UInt8], keeps: String) -> [UInt8] {
        text.flatMap { byte in
            isPlain(byte, keeps) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static func isPlain(_ byte: UInt8, _ others: String) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: others.utf8.contains(byte)
        }
    }
}

import CTessera

extension String {
    /// Copies borrowed text; bytes that are no UTF-8 are replaced.
    init(borrowed text: tessera_str) {
        guard let data = text.data else {
            self = ""
            return
        }
        self = String(decoding: UnsafeRawBufferPointer(start: data, count: text.length), as: UTF8.self)
    }

    /// Lends the text for the call.
    func withBorrowedText<Result>(_ body: (tessera_str) throws -> Result) rethrows -> Result {
        var copy = self
        return try copy.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) {
                try body(tessera_str(data: $0.baseAddress, length: $0.count))
            }
        }
    }
}

/// A list that a plugin lends, copied.
func copies(of names: UnsafePointer<tessera_str>?, _ count: Int) -> [String] {
    UnsafeBufferPointer(start: names, count: names == nil ? 0 : count).map { String(borrowed: $0) }
}

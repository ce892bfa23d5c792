import CTessera

/// Reads the lists of names that an instance gives: branches and columns.
enum NameLists {
    private static let maxNames = 4096

    /// The names, copied; nil when there is no such function or it gives no list.
    /// - Parameter names: calls the plugin's function; nil when it has none.
    /// - Throws: a sentence for people when the list can't be used.
    static func read(
        _ what: String, _ names: (UnsafeMutablePointer<UnsafePointer<tessera_str>?>) -> Int?
    ) throws(OpenFailure) -> [String]? {
        var list: UnsafePointer<tessera_str>?
        guard let count = names(&list), count != 0, let list else { return nil }
        guard count > 0, count <= maxNames else {
            throw OpenFailure("the plugin lists \(count) \(what): at most \(maxNames) are taken")
        }
        var copies: [String] = []
        for index in 0..<count {
            let text = list[index]
            guard let data = text.data, text.length > 0, text.length <= 1024,
                let name = String(
                    validating: UnsafeRawBufferPointer(start: data, count: text.length), as: UTF8.self)
            else { throw OpenFailure("the plugin lists \(what) with a name that is empty, too long or not UTF-8") }
            guard !copies.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                throw OpenFailure("the plugin lists '\(name)' twice among its \(what)")
            }
            copies.append(name)
        }
        return copies
    }
}

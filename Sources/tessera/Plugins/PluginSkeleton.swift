import Glibc
import Platform

/// A plugin to be written from the files of a template, in which `@NAME@`, `@ID@`, `@C@` (the name as a C identifier),
/// `@TYPE@` (as a Swift type) and `@PREFIX@` (where Tessera is installed) stand for what they are.
struct PluginSkeleton {
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    var name: String
    var id: String
    /// The folder among the templates: `c-tile`.
    var template: String

    /// Lower-case letters, digits and single `-` inside, a letter first, at most 64.
    static func isName(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return name.utf8.count <= 64 && name.utf8.first.map(isLetter) == true
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { isLetter($0) || isDigit($0) } }
    }

    /// What the gateway takes as a plugin's id: letters, digits, `-` and `_` between single dots, at least one dot.
    static func isID(_ id: String) -> Bool {
        let parts = id.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return id.utf8.count <= 128 && parts.count > 1
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        let character = Character(UnicodeScalar(byte))
                        return byte < 0x80 && (character.isLetter || character.isNumber || byte == 0x2D || byte == 0x5F)
                    }
            }
    }

    /// Writes the files into a new folder `directory/name`, which must not have been there.
    /// - Returns: the folder.
    func write(into directory: String, templates: String) throws -> String {
        let source = templates + "/" + template
        let folder = directory + "/" + name
        guard mkdir(folder, 0o755) == 0 else {
            if errno == EEXIST { throw Failure("\(folder) is there already: choose another name, or remove it") }
            throw SystemError("make the folder \(folder)")
        }
        for file in try Files.list(source).sorted() {
            let text = String(decoding: try Files.read(source + "/" + file), as: UTF8.self)
            // Swift files are kept as .swift.in, since they are no Swift before the names are in.
            let target = file.hasSuffix(".in") ? String(file.dropLast(3)) : file
            try Files.write(Array(filled(text, templates: templates).utf8), to: folder + "/" + target, mode: 0o644)
        }
        return folder
    }

    private func filled(_ text: String, templates: String) -> String {
        let words = name.split(separator: "-").map(String.init)
        let prefix = Files.parent(of: Files.parent(of: Files.parent(of: templates)))
        return text.replacing("@NAME@", with: name).replacing("@ID@", with: id)
            .replacing("@C@", with: words.joined(separator: "_"))
            .replacing("@TYPE@", with: words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined())
            .replacing("@PREFIX@", with: prefix)
    }
}

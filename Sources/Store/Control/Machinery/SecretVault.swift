import Crypto

/// Seals what must not lie on the disk in clear, each value bound to the place that it belongs to: a sealed value that is
/// copied to another destination or field does not open. Any thread.
struct SecretVault: Sendable {
    private static let check = Array("tessera".utf8)
    private let box: SecretBox

    init(key: [UInt8]) throws { box = try SecretBox(key: key) }

    /// A value that only this key opens, kept in the database so that another key is found out at start.
    func sealedCheck() throws -> [UInt8] { try box.seal(Self.check, context: Self.context("key-check", [])) }

    func matches(_ sealedCheck: [UInt8]) -> Bool {
        (try? box.open(sealedCheck, context: Self.context("key-check", []))) == Self.check
    }

    func seal(_ secret: [UInt8], workspaceID: String, destinationID: String, field: String) throws -> [UInt8] {
        try box.seal(secret, context: Self.context("secret", [workspaceID, destinationID, field]))
    }

    func open(_ sealed: [UInt8], workspaceID: String, destinationID: String, field: String) throws -> [UInt8] {
        try box.open(sealed, context: Self.context("secret", [workspaceID, destinationID, field]))
    }

    func seal(answer: [UInt8], scope: String, key: String) throws -> [UInt8] {
        try box.seal(answer, context: Self.context("answer", [scope, key]))
    }

    func open(answer: [UInt8], scope: String, key: String) throws -> [UInt8] {
        try box.open(answer, context: Self.context("answer", [scope, key]))
    }

    /// Parts with their lengths, so that no two lists of parts give the same bytes.
    private static func context(_ kind: String, _ parts: [String]) -> [UInt8] {
        var bytes = Array("tessera-\(kind)-1".utf8)
        for part in parts { bytes += Array("\u{0}\(part.utf8.count):\(part)".utf8) }
        return bytes
    }
}

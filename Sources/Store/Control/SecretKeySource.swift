import Crypto
import Foundation
import Glibc
import Platform

/// Where the key of the secrets at rest comes from.
public enum SecretKeySource: Sendable {
    /// DATA/secret.key, made (mode 0600) with the data directory.
    case file
    /// The key itself, 32 bytes in hexadecimal or base64: the value of TESSERA_SECRET_KEY.
    case value(String)

    /// TESSERA_SECRET_KEY when the environment has it, else the file.
    public static func fromEnvironment() -> SecretKeySource {
        guard let value = getenv("TESSERA_SECRET_KEY") else { return .file }
        return .value(String(cString: value))
    }
}

extension SecretKeySource {
    /// The 32 bytes of the key.
    /// - Parameter mayMake: whether a missing file is made; not when the directory holds secrets of an older key.
    /// - Throws: `StoreError.secretKey` with the remedy; `SystemError`.
    func load(dataDirectory: String, mayMake: Bool, log: Log) throws -> [UInt8] {
        switch self {
        case .value(let text):
            guard let key = Self.parse(text) else {
                throw StoreError.secretKey("TESSERA_SECRET_KEY must be 32 bytes in hexadecimal or base64")
            }
            return key
        case .file:
            let path = dataDirectory + "/secret.key"
            if !Files.exists(path) {
                guard mayMake else {
                    throw StoreError.secretKey(
                        "\(path) is missing: put back the one of this data directory, or set TESSERA_SECRET_KEY")
                }
                try Self.make(path)
            }
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
                log.warning(
                    event: "secret_key_readable", "others may read the secret key: chmod 600 it", ["path": path])
            }
            guard let key = Self.parse(String(decoding: try Files.read(path), as: UTF8.self)) else {
                throw StoreError.secretKey("\(path) must hold 32 bytes in hexadecimal or base64")
            }
            return key
        }
    }

    private static func parse(_ text: String) -> [UInt8]? {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.utf8.count == 64 {
            var key: [UInt8] = []
            var rest = text.utf8[...]
            while !rest.isEmpty {
                guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                key.append(byte)
                rest = rest.dropFirst(2)
            }
            return key
        }
        guard let data = Data(base64Encoded: text), data.count == 32 else { return nil }
        return Array(data)
    }

    /// Makes the file with all of its bytes or not at all; of two processes that try at once, one wins and both use its.
    private static func make(_ path: String) throws {
        let suffix = Crypto.hex(try Crypto.random(8))
        let temporary = "\(path).\(suffix).new"
        try Files.write(Array((Crypto.hex(try Crypto.random(32)) + "\n").utf8), to: temporary, mode: 0o600)
        defer { unlink(temporary) }
        // link refuses an existing name, where rename would replace a key that another process already uses.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw SystemError("make \(path)") }
        let directory = open(Files.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }
}

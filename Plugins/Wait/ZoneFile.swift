import Glibc

/// Reads the time zones of the machine: the files of tzdata, in the format of RFC 8536.
enum ZoneFile {
    enum Failure: Error {
        /// No zone has that name.
        case unknown
        /// The machine has no tzdata.
        case notInstalled
        /// A file that is not as RFC 8536 says.
        case unreadable
    }

    private static let directory = "/usr/share/zoneinfo"
    private static let maxBytes = 1 << 20

    static func zone(_ name: String) throws(Failure) -> Zone {
        // The default needs no tzdata.
        if name == "UTC" { return .utc }
        // No dots: nothing leads out of the directory.
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_+-/".utf8.contains(byte)
        }
        guard isName, name.utf8.count <= 100, !name.hasPrefix("/") else { throw .unknown }
        guard let bytes = read("\(directory)/\(name)") else {
            throw access(directory, F_OK) == 0 ? .unknown : .notInstalled
        }
        // Tables of zones and the like lie there too.
        guard bytes.starts(with: "TZif".utf8) else { throw .unknown }
        var reader = ZoneReader(bytes)
        guard let zone = reader.zone() else { throw .unreadable }
        return zone
    }

    /// Nil when there is no such file.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < maxBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

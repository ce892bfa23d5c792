import CTessera

/// Reads an object of a config, member by member. Every reading method notes what is wrong and gives a stand-in, so that
/// one pass finds all faults; members that nobody read are refused at the end. For use in `init` only, one thread.
public final class ConfigReader {
    /// Where this object stands in the config; `""` is the whole.
    public let pointer: String

    private let members: [String: ConfigValue]
    private let source: String
    private let notes: Notes
    private var known: [String] = []
    private var takesAll = false

    /// The faults of a whole config and its readers.
    private final class Notes {
        var problems: [ConfigProblem] = []
        var readers: [ConfigReader] = []
    }

    private init(_ members: [String: ConfigValue], at pointer: String, source: String, notes: Notes) {
        self.members = members
        self.pointer = pointer
        self.source = source
        self.notes = notes
        notes.readers.append(self)
    }

    /// Parses a config, lets `make` read it and gives the result if nothing was wrong.
    static func open<Instance>(
        _ text: tessera_str, _ make: (ConfigReader) -> Instance
    ) -> Result<Instance, ConfigRefusal> {
        // A journey may leave the config of a tile out: an empty text and null are {}.
        let isBlank = text.bytes.allSatisfy { $0 == 0x20 || (0x09...0x0A).contains($0) || $0 == 0x0D }
        do throws(ConfigRefusal) {
            let members: [String: ConfigValue]
            switch isBlank ? .null : try ConfigValue.parse(text) {
            case .object(let object): members = object
            case .null: members = [:]
            case let other:
                throw ConfigRefusal(problems: [
                    ConfigProblem("", "the config must be an object, not \(other.kindName)")
                ])
            }
            let notes = Notes()
            defer { notes.readers = [] }  // readers and notes hold each other
            let instance = make(ConfigReader(members, at: "", source: isBlank ? "{}" : String(text), notes: notes))
            for reader in notes.readers { reader.refuseUnknown() }
            if notes.problems.isEmpty { return .success(instance) }
            return .failure(ConfigRefusal(problems: notes.problems))
        } catch {
            return .failure(error)
        }
    }

    /// The JSON text of the whole config, for a plugin with a parser of its own, which then checks everything itself:
    /// unknown members are no longer refused here.
    public func takeSource() -> String {
        takesAll = true
        return source
    }

    /// Notes a problem at a member, or at the object itself.
    public func problem(_ name: String? = nil, _ message: String) {
        problem(at: name.map { ConfigProblem.pointer(pointer, $0) } ?? pointer, message)
    }

    /// Notes a problem at any pointer into the config.
    public func problem(at pointer: String, _ message: String) {
        notes.problems.append(ConfigProblem(pointer, message))
    }

    /// A member as it stands; nil when it is absent or null. It counts as read, with all that is in it.
    public func value(_ name: String) -> ConfigValue? {
        if !known.contains(name) { known.append(name) }
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    /// A member as it stands, null too; nil when it is absent.
    public func valueOrNull(_ name: String) -> ConfigValue? {
        if !known.contains(name) { known.append(name) }
        return members[name]
    }

    /// A reader for an object that stands at a pointer.
    func reader(_ members: [String: ConfigValue], at pointer: String) -> ConfigReader {
        ConfigReader(members, at: pointer, source: source, notes: notes)
    }

    /// A member that must be there; a problem is noted when it is not.
    func require(_ name: String, _ wanted: String) -> ConfigValue? {
        if let value = value(name) { return value }
        if members[name] == .null {
            problem(name, "\(name) must be \(wanted), not null")
        } else {
            problem(name, "\(name) is required: give \(wanted)")
        }
        return nil
    }

    private func refuseUnknown() {
        if takesAll { return }
        let remedy =
            known.isEmpty
            ? "no fields are taken here, remove it" : "remove it, known are \(known.joined(separator: ", "))"
        let unknown = members.keys.filter { !known.contains($0) }
        for name in unknown.sorted() { problem(name, "unknown field '\(name)': \(remedy)") }
    }
}

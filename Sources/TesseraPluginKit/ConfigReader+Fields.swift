/// Typed members. `wanted` in messages is a phrase such as "an integer from 1 to 100". Without a default a member is
/// required; null counts as absent for those that are not.
extension ConfigReader {
    /// An integer in a range. The stand-in is the default or the lower bound.
    public func integer(
        _ name: String, in range: ClosedRange<Int64> = .min ... .max, default standIn: Int64? = nil
    ) -> Int64 {
        let wanted =
            range == .min ... .max ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        guard let value = member(name, wanted, optional: standIn != nil) else { return standIn ?? range.lowerBound }
        if case .integer(let integer) = value, range.contains(integer) { return integer }
        refuse(name, wanted, value)
        return standIn ?? range.lowerBound
    }

    /// A number, integers converted.
    /// - Parameters:
    ///   - wanted: what `accept` takes, for messages: "a number above 0".
    ///   - accept: whether the number is taken.
    public func number(
        _ name: String, _ wanted: String = "a number", default standIn: Double? = nil,
        where accept: (Double) -> Bool = { _ in true }
    ) -> Double {
        guard let value = member(name, wanted, optional: standIn != nil) else { return standIn ?? 0 }
        switch value {
        case .integer(let integer) where accept(Double(integer)): return Double(integer)
        case .number(let number) where number.isFinite && accept(number): return number
        default: refuse(name, wanted, value)
        }
        return standIn ?? 0
    }

    /// True or false.
    public func bool(_ name: String, default standIn: Bool? = nil) -> Bool {
        guard let value = member(name, "true or false", optional: standIn != nil) else { return standIn ?? false }
        if case .bool(let bool) = value { return bool }
        refuse(name, "true or false", value)
        return standIn ?? false
    }

    /// A text that is not empty.
    public func text(_ name: String, _ wanted: String = "a text that is not empty") -> String {
        guard let value = member(name, wanted, optional: false) else { return "" }
        if case .string(let text) = value, !text.isEmpty { return text }
        refuse(name, wanted, value)
        return ""
    }

    /// A text that is not empty; nil when the member is absent.
    public func optionalText(_ name: String, _ wanted: String = "a text that is not empty") -> String? {
        guard let value = value(name) else { return nil }
        if case .string(let text) = value, !text.isEmpty { return text }
        refuse(name, wanted, value)
        return nil
    }

    /// One of the raw values of an enumeration. The stand-in is the default or the first case.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default standIn: Choice
    ) -> Choice where Choice.RawValue == String {
        choice(name, among: Array(Choice.allCases), default: standIn)
    }

    /// The same where only some of them may stand.
    public func choice<Choice: RawRepresentable>(
        _ name: String, among choices: [Choice], default standIn: Choice
    ) -> Choice where Choice.RawValue == String {
        choice(name, choices, optional: true) ?? standIn
    }

    /// The same for a member that must be there; nil after a problem.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        choice(name, Array(Choice.allCases), optional: false)
    }

    /// An object, to be read in turn; an empty one after a problem.
    public func object(_ name: String) -> ConfigReader {
        let members: [String: ConfigValue]
        switch member(name, "an object", optional: false) {
        case .object(let object)?: members = object
        case let other?:
            refuse(name, "an object", other)
            members = [:]
        case nil: members = [:]
        }
        return reader(members, at: ConfigProblem.pointer(pointer, name))
    }

    /// An array of objects, each to be read in turn.
    public func objects(_ name: String, count: ClosedRange<Int>) -> [ConfigReader] {
        let base = ConfigProblem.pointer(pointer, name)
        return array(name, "objects", count: count).enumerated().compactMap { index, element in
            if case .object(let members) = element { return reader(members, at: "\(base)/\(index)") }
            problem(at: "\(base)/\(index)", "an element of \(name) must be an object, not \(element.kindName)")
            return nil
        }
    }

    /// An array of texts that are not empty; an empty one when the member is absent.
    public func optionalTexts(_ name: String, count: ClosedRange<Int>) -> [String] {
        guard value(name) != nil else { return [] }
        let base = ConfigProblem.pointer(pointer, name)
        return array(name, "texts", count: count).enumerated().compactMap { index, element in
            if case .string(let text) = element, !text.isEmpty { return text }
            problem(at: "\(base)/\(index)", "an element of \(name) must be a text that is not empty")
            return nil
        }
    }

    private func choice<Choice: RawRepresentable>(
        _ name: String, _ choices: [Choice], optional: Bool
    ) -> Choice? where Choice.RawValue == String {
        let wanted = "one of " + choices.map(\.rawValue).joined(separator: ", ")
        guard let value = member(name, wanted, optional: optional) else { return nil }
        if case .string(let text) = value, let choice = choices.first(where: { $0.rawValue == text }) {
            return choice
        }
        refuse(name, wanted, value)
        return nil
    }

    private func array(_ name: String, _ elements: String, count: ClosedRange<Int>) -> [ConfigValue] {
        let wanted = "an array of \(count.lowerBound) to \(count.upperBound) \(elements)"
        guard let value = member(name, wanted, optional: false) else { return [] }
        guard case .array(let array) = value else {
            refuse(name, wanted, value)
            return []
        }
        if !count.contains(array.count) { problem(name, "\(name) must be \(wanted), not \(array.count)") }
        return array
    }

    private func member(_ name: String, _ wanted: String, optional: Bool) -> ConfigValue? {
        optional ? value(name) : require(name, wanted)
    }

    /// Notes that a value is not what was wanted; scalars are shown, since they are short.
    private func refuse(_ name: String, _ wanted: String, _ value: ConfigValue) {
        let given =
            switch value {
            case .integer(let integer): "\(integer)"
            case .number(let number): "\(number)"
            case .string(let text): text.isEmpty ? "an empty text" : "a text"
            default: value.kindName
            }
        problem(name, "\(name) must be \(wanted), not \(given)")
    }
}

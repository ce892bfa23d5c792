/// Collects what the children of one section say into its checks: one per rule.
struct SectionTally {
    private struct Broken {
        var message: String
        var count: Int
    }
    private var order: [CheckRule] = []
    private var broken: [CheckRule: [Broken]] = [:]
    /// Ways of breaking one rule that are told; more of them are only counted.
    private static let maxMessages = 2

    mutating func checked(_ rule: CheckRule) {
        if !order.contains(rule) { order.append(rule) }
    }

    mutating func found(_ rule: CheckRule, _ message: String) {
        checked(rule)
        var list = broken[rule] ?? []
        if let index = list.firstIndex(where: { $0.message == message }) {
            list[index].count += 1
        } else if list.count < Self.maxMessages {
            list.append(Broken(message: message, count: 1))
        } else {
            list[list.count - 1].count += 1
        }
        broken[rule] = list
    }

    var checks: [CheckReport.Check] {
        order.flatMap { rule -> [CheckReport.Check] in
            guard let list = broken[rule] else {
                return [CheckReport.Check(rule: rule, result: .passed, message: rule.kept, count: 1)]
            }
            return list.map {
                CheckReport.Check(
                    rule: rule, result: rule.isError ? .error : .warning, message: $0.message, count: $0.count)
            }
        }
    }
}

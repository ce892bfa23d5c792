import Glibc
import Journeys
import Platform

/// What a section of the check has to say, from the process that uses the plugin to the one that writes the report: lines
/// of JSON, each written at once, so that all before a crash are known.
///
/// The methods are called on the section's thread; `log` from any.
final class CheckSession: Sendable {
    /// How long an ASYNC tile may take to call `done`, in microseconds.
    let patienceUs: Int64
    private let channel: Int32
    private let state: Monitor<State>

    private struct State {
        /// The first step to take: those before it were taken by a child that did not survive the last of them.
        var from: Int
        var next = 0
        /// The step that is being taken.
        var current: (what: String, index: Int)?
        var checked: Set<CheckRule> = []
        var logged = 0
    }
    private static let maxLogged = 5

    init(channel: Int32, from: Int, patienceUs: Int64) {
        self.channel = channel
        self.patienceUs = patienceUs
        state = Monitor(State(from: from))
    }

    /// Takes a step that may crash or hang: if so, the next child goes on after it. Steps don't depend on one another.
    func step(_ what: String, _ body: () -> Void) {
        let index = state.withLock { state -> Int? in
            defer { state.next += 1 }
            guard state.next >= state.from else { return nil }
            state.current = (what, state.next)
            return state.next
        }
        guard index != nil else { return }
        sayStep()
        check(.noCrash, true, "")
        body()
        state.withLock { $0.current = nil }
    }

    /// Tells which part of a step is being done.
    func part(_ what: String) {
        state.withLock { $0.current?.what = what }
        sayStep()
    }

    private func sayStep() {
        guard let current = state.withLock({ $0.current }) else { return }
        send(["doing": .string(current.what), "index": .integer(Int64(current.index))])
    }

    /// Does what every step needs: without it the section ends.
    func setUp<Result>(_ what: String, _ body: () -> Result) -> Result {
        send(["doing": .string(what), "index": -1])
        defer { sayStep() }
        return body()
    }

    /// Says whether a rule was kept; `message` tells how it was not.
    func check(_ rule: CheckRule, _ isKept: Bool, _ message: @autoclosure () -> String) {
        if !isKept { return send(["found": .string(rule.rawValue), "message": .string(message())]) }
        if state.withLock({ $0.checked.insert(rule).inserted }) { send(["checked": .string(rule.rawValue)]) }
    }

    func fact(_ text: String) { send(["fact": .string(text)]) }

    func figure(_ name: String, _ value: Double, _ unit: String) {
        send(["figure": .string(name), "value": .number(value), "unit": .string(unit)])
    }

    /// What the driver needs to plan the other sections.
    func data(_ json: JSON) { send(["data": json]) }

    /// A line of the plugin's own log: the first few are shown.
    func log(_ line: String) {
        guard
            state.withLock({ state -> Bool in
                state.logged += 1
                return state.logged <= Self.maxLogged
            })
        else { return }
        send(["fact": .string("log: \(line)")])
    }

    /// Something is still going on, so the driver's patience starts anew.
    func beat() { send(["beat": true]) }

    func end() { send(["end": true]) }

    private func send(_ line: JSON) {
        var rest = (line.serialized() + [10])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(channel, $0.baseAddress, $0.count) }
            if count <= 0, errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}

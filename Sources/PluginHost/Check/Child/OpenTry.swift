import CTessera
import Journeys
import Platform

/// One call of a plugin's `open` and what came of it.
final class OpenTry {
    let status: Int32
    let problems: [Problem]
    let instance: UnsafeMutableRawPointer?

    typealias Open = (
        _ config: tessera_str, _ call: UnsafePointer<tessera_open_call>,
        _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Int32

    /// Opens with config and call in guarded memory.
    ///
    /// - Parameter config: the text, perhaps no JSON at all.
    init(_ config: [UInt8], _ open: Open) {
        let told = Told()
        let text = GuardedBundle(.config)
        let lent = GuardedBundle(.openCall)
        let workspace = lent.text("3a1f0000-0000-4000-8000-000000000001")
        let owner = lent.text("3a1f0000-0000-4000-8000-000000000002")
        let call = lent.value(
            tessera_open_call(
                size: UInt32(MemoryLayout<tessera_open_call>.size), flags: 0,
                context: Unmanaged.passUnretained(told).toOpaque(), workspace_id: workspace, owner_id: owner,
                problem: { call, pointer, message in
                    guard let context = call?.pointee.context else { return }
                    Unmanaged<Told>.fromOpaque(context).takeUnretainedValue().problems.withLock {
                        if $0.count < 100 {
                            $0.append(
                                Problem(
                                    pointer: String(borrowed: pointer, limit: 4096),
                                    message: String(borrowed: message, limit: 4096)))
                        }
                    }
                }))
        let lentConfig = text.text(config)
        text.lend()
        lent.lend()
        var instance: UnsafeMutableRawPointer?
        status = open(lentConfig, call, &instance)
        text.takeBack()
        lent.takeBack()
        self.instance = instance
        problems = told.problems.withLock { $0 }
        withExtendedLifetime(told) {}
    }

    private final class Told: Sendable {
        let problems = Monitor<[Problem]>([])
    }

    var isOpen: Bool { status == 0 }

    /// What it said against the config, for messages.
    var reason: String {
        problems.isEmpty ? "status \(status)" : problems.map(\.description).joined(separator: "; ")
    }

    /// Holds the outcome against the rules that hold for every config.
    func judge(_ what: String, config: JSON?, _ session: CheckSession) {
        session.check(
            .refusalSaysWhy, status == 0 || !problems.isEmpty,
            "open refused \(what) with status \(status) and no problem: tell one with call->problem")
        session.check(
            .problemRefuses, status != 0 || problems.isEmpty,
            "open told a problem of \(what) (\(reason)) and returned 0: return non-zero")
        for problem in problems {
            session.check(
                .problemPointer, Self.leadsInto(config, problem.pointer),
                "a problem of \(what) points to \"\(problem.pointer)\", which is no place in the config: give an RFC 6901 "
                    + "pointer such as \"/duration\", or \"\" for the whole")
            session.check(
                .problemText, !problem.message.isEmpty,
                "a problem of \(what) at \"\(problem.pointer)\" has no text: say what would remedy it")
        }
    }

    /// Whether a pointer names a value of the config, or a member that could be added to it.
    private static func leadsInto(_ config: JSON?, _ pointer: String) -> Bool {
        if pointer.isEmpty { return true }
        guard let slash = pointer.lastIndex(of: "/"), pointer.first == "/" else { return false }
        // What is no JSON has no places: a guess is as good as another.
        guard let config else { return true }
        switch config.value(at: String(pointer[..<slash])) {
        case .object?, .array?: return true
        default: return pointer.dropFirst().contains("/") == false
        }
    }
}

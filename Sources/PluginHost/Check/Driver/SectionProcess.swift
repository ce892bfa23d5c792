import Glibc
import Journeys
import Platform

/// Runs a section in child processes: one, and after each crash another that goes on behind the step that crashed.
struct SectionProcess {
    /// The path of `tessera-plugin-host`.
    let program: String
    let file: String
    let configFile: String?
    /// How long an ASYNC tile may take for a batch. A child that is silent for longer than that and `graceUs` hangs.
    let patienceUs: Int64
    private static let graceUs: Int64 = 5_000_000
    /// A plugin that crashes at every step needs no more proof.
    private static let maxChildren = 6
    private static let maxHangs = 2

    /// What a section came to, beside its checks.
    struct Outcome {
        var section: CheckReport.Section
        /// What section "tables" read; nil when it did not get that far.
        var data: JSON?
    }

    private struct Ending {
        var status: Int32?
        var hung = false
        var ended = false
        var doing = "load the file"
        var index = -1
        var fault: (kind: Int, state: Int)?
    }

    func run(_ section: CheckSection, type: String?) -> Outcome {
        var outcome = Outcome(section: CheckReport.Section(section.rawValue, type: type))
        var tally = SectionTally()
        var from = 0
        var hangs = 0
        for _ in 0..<Self.maxChildren {
            var arguments = [program, "check", section.rawValue, file, type ?? "", String(from), String(patienceUs)]
            if let configFile { arguments.append(configFile) }
            let child: CheckProcess
            do {
                child = try CheckProcess(arguments)
            } catch {
                tally.found(.noCrash, "the child process can't be started: \(error)")
                break
            }
            let ending = listen(to: child, &tally, &outcome)
            if ending.ended { break }
            blame(ending, &tally)
            if ending.hung { hangs += 1 }
            guard hangs < Self.maxHangs else { break }
            // What every step needs does not work: no other child would get further.
            guard ending.index >= 0 else { break }
            from = ending.index + 1
        }
        outcome.section.checks = tally.checks
        return outcome
    }

    private func listen(to child: CheckProcess, _ tally: inout SectionTally, _ outcome: inout Outcome) -> Ending {
        var ending = Ending()
        while true {
            switch child.line(withinUs: patienceUs + Self.graceUs) {
            case .silence:
                ending.hung = true
                child.kill()
            case .end:
                ending.status = child.wait()
                return ending
            case .line(let bytes):
                guard let line = try? JSON.parse(bytes) else { continue }
                if let doing = line["doing"]?.stringValue {
                    ending.doing = doing
                    ending.index = Int(line["index"]?.integerValue ?? -1)
                } else if let rule = line["checked"]?.stringValue.flatMap(CheckRule.init(rawValue:)) {
                    tally.checked(rule)
                } else if let rule = line["found"]?.stringValue.flatMap(CheckRule.init(rawValue:)) {
                    tally.found(rule, line["message"]?.stringValue ?? "")
                } else if let fact = line["fact"]?.stringValue {
                    if !outcome.section.facts.contains(fact) { outcome.section.facts.append(fact) }
                } else if let name = line["figure"]?.stringValue, let value = line["value"]?.doubleValue {
                    outcome.section.figures.append(
                        CheckReport.Figure(name: name, value: value, unit: line["unit"]?.stringValue ?? ""))
                } else if let data = line["data"] {
                    outcome.data = data
                } else if let kind = line["fault"]?.integerValue, let state = line["state"]?.integerValue {
                    ending.fault = (Int(kind), Int(state))
                } else if line["end"] != nil {
                    ending.ended = true
                }
            }
        }
    }

    private func blame(_ ending: Ending, _ tally: inout SectionTally) {
        let step = "(\(ending.doing))"
        if ending.hung {
            return tally.found(
                .noCrash, "hangs: no sign of life for \((patienceUs + Self.graceUs) / 1_000_000) s \(step)")
        }
        guard let status = ending.status else {
            return tally.found(
                .noCrash, "closed the host's file descriptors, or became another program \(step)")
        }
        guard status >= 128 else {
            return tally.found(.noCrash, "ended the process with status \(status) \(step)")
        }
        if let fault = ending.fault, let kind = UInt8(exactly: fault.kind).flatMap(GuardedMemory.Kind.init(rawValue:)) {
            switch fault.state {
            case 1:
                return tally.found(.lentConst, "wrote to \(kind.name) \(step): all that the host lends is const")
            case 2:
                return tally.found(
                    .lentKept,
                    "used \(kind.name) after the call that lent it had returned \(step): copy what you want before "
                        + "returning")
            case 3:
                return tally.found(
                    .lentBounds,
                    "read beyond the end of \(kind.name) \(step): texts have a length and no terminator, columns as many "
                        + "values as the batch has rows")
            default: break
            }
        }
        tally.found(.noCrash, "crashed with signal \(status - 128) (\(Self.name(status - 128))) \(step)")
    }

    private static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGSEGV: "segmentation fault"
        case SIGABRT: "abort"
        case SIGILL, SIGTRAP: "trap"
        case SIGBUS: "bus error"
        case SIGFPE: "arithmetic error"
        case SIGSYS: "forbidden system call"
        case SIGKILL: "killed"
        default: "signal"
        }
    }
}

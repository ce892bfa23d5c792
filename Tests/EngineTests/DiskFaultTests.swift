import CFaultVFS
import Glibc
import Platform
import Store
import TestSupport
import Testing

@testable import Engine

/// The disk loses its power, or fails, at the Nth write or sync of a run of 50 batches; `scripts/prove vfs` takes every N, with
/// the same checks.
///
/// Of control.db no acknowledged write is lost; of the members some committed prefix is left, in which everything agrees; the run
/// goes on under its id; what is sent again was in flight.
@Suite(.serialized) struct DiskFaultTests {
    /// Which operations strike: with TESSERA_FAULTS=every all of them, else about so many.
    private static let isEvery = getenv("TESSERA_FAULTS").map { String(cString: $0) == "every" } ?? false
    private static let sample = 5

    struct Case: Sendable, CustomTestStringConvertible {
        var kind: FaultBench.Kind
        /// Part of the path of the files that it is about.
        var part: String
        var testDescription: String { "\(kind) \(part)" }
    }
    static let cases = FaultBench.Kind.allCases.flatMap { kind in
        ["control.db", "members/"].map { Case(kind: kind, part: $0) }
    }

    @Test(arguments: cases) func aPowerCut(_ one: Case) throws {
        var (struck, resent, lost) = (0, 0, 0)
        let numbers = try operations(one)
        for number in numbers {
            let result = try powerCut(one, at: number)
            struck += result.struck ? 1 : 0
            resent += result.resent
            lost += result.lost
        }
        report(
            "power cut, \(one.testDescription): \(struck) of \(numbers.count) struck, \(lost) writes lost, \(resent) members sent again"
        )
        #expect(struck * 10 >= numbers.count * 8)
    }

    @Test(arguments: cases, [FAULT_ERROR, FAULT_FULL]) func anErrorThatPasses(_ one: Case, _ fault: Int) throws {
        var struck = 0
        let numbers = try operations(one)
        for number in numbers { struck += try failure(one, at: number, Int32(fault), staysFor: 0) ? 1 : 0 }
        report(
            "\(fault == FAULT_FULL ? "full once" : "error once"), \(one.testDescription): \(struck) of \(numbers.count) struck"
        )
        #expect(struck * 10 >= numbers.count * 8)
    }

    @Test(arguments: cases) func aDiskThatStaysFull(_ one: Case) throws {
        try aFaultThatStays(one, Int32(FAULT_FULL), "full")
    }

    @Test(arguments: cases) func aDiskThatTurnsReadOnly(_ one: Case) throws {
        try aFaultThatStays(one, Int32(FAULT_READ_ONLY), "read-only")
    }

    private func aFaultThatStays(_ one: Case, _ fault: Int32, _ name: String) throws {
        var struck = 0
        let numbers = try operations(one)
        for number in numbers {
            struck += try failure(one, at: number, fault | Int32(FAULT_STAYS), staysFor: 3) ? 1 : 0
        }
        report("\(name) for long, \(one.testDescription): \(struck) of \(numbers.count) struck")
        #expect(struck * 10 >= numbers.count * 8)
    }

    /// SQLite opens such a file for reading, and leaves it at that.
    @Test(arguments: FaultBench.Kind.allCases)
    func membersThatWereOpenedWhileTheDiskWasReadOnlyGoOnToo(_ kind: FaultBench.Kind) throws {
        let bench = try FaultBench(kind)
        // As after a kill: a file whose log is gone can't even be read on such a disk.
        let holder = try bench.hold()
        bench.close()
        fault_arm("members/", 1, Int32(FAULT_READ_ONLY | FAULT_STAYS))
        try bench.open()
        #expect(try bench.wrongCounters() == [])
        withExtendedLifetime(holder) {}
        let one = Case(kind: kind, part: "members/")
        let run = try bench.trigger()
        let place: Comment = "opened read-only, \(one.testDescription)"
        var tries = 0
        try eventually {
            if try bench.isOver(run) { return true }
            guard tries > 0 || bench.opened?.engine.hasStalls == true else { return false }
            tries += 1
            if tries == 100 {
                try expectSaid(bench, one, run, place)
                fault_heal()
            }
            bench.clock.advance(Bench.second)
            return false
        }
        #expect(tries >= 100)
        #expect(try bench.run(run)?.status == .completed, place)
        #expect(try bench.status()?.status == .active && bench.status()?.error == "", place)
        try finish(bench, place)
    }

    // MARK: One fault

    private func powerCut(_ one: Case, at number: Int64) throws -> (struck: Bool, resent: Int, lost: Int) {
        let place: Comment = "\(one.testDescription), operation \(number)"
        let bench = try FaultBench(one.kind)
        fault_arm(one.part, number, Int32(FAULT_POWER))
        var run = try? bench.trigger()
        var acknowledged: Set<String> = []
        var looks = 0
        try eventually {
            acknowledge(looks, bench, &acknowledged)
            looks += 1
            return try fault_has_struck() != 0 || run.map(bench.isOver) == true
        }
        let struck = fault_has_struck() != 0
        bench.close()
        let lost = fault_cut(UInt64(number) & 1 == 0 ? 0 : UInt64(number) &* 0x9E37_79B9)
        try #require(lost >= 0)
        let left = try bench.inspect()
        #expect(left.wrong == [], place)
        let before = try bench.sent()

        try bench.open()
        #expect(try bench.acknowledged().isSuperset(of: acknowledged), place)
        #expect(try bench.wrongCounters() == [], place)
        if let id = run { #expect(try bench.run(id) != nil, "an acknowledged run is lost: \(place)") }
        run = try run ?? bench.trigger()
        try end(bench, run ?? "", place)
        let again = try bench.sent().dropFirst(before.count).map { $0.prefix { $0 != " " } }.map(String.init)
        let twice = Set(again).intersection(before.map { String($0.prefix { $0 != " " }) })
        #expect(
            twice.isSubset(of: left.inFlight),
            "sent again and not in flight: \(twice.subtracting(left.inFlight)), \(place)")
        #expect(Set(again).count == again.count, "a life sent twice: \(place)")
        try finish(bench, place)
        return (struck, twice.count, Int(lost))
    }

    /// - Parameter staysFor: how often the runs try in vain before somebody mends the disk; 0 for an error that comes once.
    private func failure(_ one: Case, at number: Int64, _ fault: Int32, staysFor: Int) throws -> Bool {
        let place: Comment = "\(one.testDescription), fault \(fault), operation \(number)"
        let bench = try FaultBench(one.kind)
        fault_arm(one.part, number, fault)
        var run: String?
        var acknowledged: Set<String> = []
        var (looks, tries) = (0, 0)
        try eventually {
            if run == nil { run = try? bench.trigger() }
            acknowledge(looks, bench, &acknowledged)
            looks += 1
            if try run.map(bench.isOver) == true { return true }
            guard fault_has_struck() != 0, looks % 20 == 0 else { return false }
            // It is tried again in ten seconds at most.
            tries += 1
            if tries == staysFor {
                try expectSaid(bench, one, run, place)
                fault_heal()
            }
            bench.clock.advance(11 * Bench.second)
            return false
        }
        fault_heal()
        #expect(try bench.run(run ?? "")?.status == .completed, place)
        let members = try bench.sent().map { String($0.prefix { $0 != " " }) }
        #expect(Set(members).count == members.count, "somebody was sent twice: \(place)")
        #expect(try bench.acknowledged().isSuperset(of: acknowledged), place)
        #expect(try bench.status()?.status == .active && bench.status()?.error == "", place)
        try finish(bench, place)
        return fault_has_struck() != 0
    }

    /// While the disk is full, or read-only, everybody is told so.
    private func expectSaid(_ bench: FaultBench, _ one: Case, _ run: String?, _ place: Comment) throws {
        // A sync that fails is no word of room.
        // Members whose log is not there yet can't even be opened on a disk that may only be read.
        let says = { (text: String) in ["full", "I/O", "readonly", "unable to open"].contains { text.contains($0) } }
        if one.part == "control.db" {
            let error = #expect(throws: StoreError.self, place) { try bench.acknowledge(1_000_000) }
            #expect(error?.passes == true && error.map { says("\($0)") } == true, place)
            #expect(bench.opened?.control.refusal.map(says) == true, place)
        } else if let run {
            var looks = 0
            try eventually {
                // Who has written all before the disk failed has nothing to say of it.
                if try bench.isOver(run) { return true }
                looks += 1
                // A run that waits for its members is told of the disk when it writes next.
                if looks % 500 == 0 { bench.clock.advance(11 * Bench.second) }
                let isTold = try bench.status().map { $0.status == .error && says($0.error) } == true
                return isTold && bench.opened?.engine.stalls.contains(where: says) == true
            }
        }
    }

    // MARK: Parts

    private func acknowledge(_ number: Int, _ bench: FaultBench, _ acknowledged: inout Set<String>) {
        // Some of them, so that the run has most of the operations.
        if number % 20 == 0, number < 400, (try? bench.acknowledge(number)) != nil {
            acknowledged.insert("ack-\(number)")
        }
    }

    func end(_ bench: FaultBench, _ run: String, _ place: Comment) throws {
        var looks = 0
        try eventually {
            looks += 1
            // Members at a tile that a busy machine has held up for a second come back when some have passed.
            if looks % 1000 == 0 { bench.clock.advance(11 * Bench.second) }
            return try bench.isOver(run)
        }
        #expect(try bench.run(run)?.status == .completed, place)
    }

    /// All are in, everything agrees, and the files are whole.
    private func finish(_ bench: FaultBench, _ place: Comment) throws {
        #expect(try bench.wrongCounters() == [], place)
        let sent = Set(try bench.sent().map { String($0.prefix { $0 != " " }) })
        bench.close()
        let left = try bench.inspect()
        #expect(left.wrong == [], place)
        #expect(left.keys == bench.kind.keys && left.inFlight.isEmpty, place)
        if bench.kind == .delivery { #expect(sent == Set(bench.kind.keys), place) }
    }

    /// How many operations an undisturbed run takes on these files, and of them those that are to strike.
    private func operations(_ one: Case) throws -> [Int64] {
        let bench = try FaultBench(one.kind)
        fault_arm(one.part, .max, Int32(FAULT_ERROR))
        let run = try bench.trigger()
        try end(bench, run, "undisturbed")
        let count = fault_operations()
        fault_heal()
        try #require(count > 10)
        report("\(one.testDescription): \(count) operations")
        if Self.isEvery { return Array(1...count) }
        let step = max(1, count / Int64(Self.sample))
        // Another one for each place, and always the same.
        let start = 1 + count % step
        return Array(stride(from: start, through: count, by: Int(step)))
    }

    private func report(_ line: String) {
        if Self.isEvery { print("fault: \(line)") }
    }
}

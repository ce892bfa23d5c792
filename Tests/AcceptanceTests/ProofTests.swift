import Testing

/// The short forms of the long proofs in Tests/Proofs, with the same checkers; `scripts/prove NAME` runs the long ones.
@Suite(.serialized) struct ProofTests {
    @Test(
        .timeLimit(.minutes(40)),
        arguments: [
            "swaps", "kills", "caps", "receivers", "inside", "connectors", "engine-kills", "pauses", "backup", "llhttp",
            "fuzz", "schemathesis", "slow", "bombs", "sanitizers",
        ])
    func theShortFormHolds(_ name: String) throws {
        let result = try Command(
            "python3", [Installed.root + "/Tests/Proofs/\(name).py", try Installed.tree(), "--short"], within: 2000)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}

import Journeys
import Testing

@Suite struct SplitHashTests {
    struct Vector: Sendable {
        var journey: String, tile: String, member: String
        var unit: Double
        /// Of weights 50, 30, 20.
        var arm: Int
    }

    /// The published test vectors, made with an independent Python program from the formula in DESIGN.md 4.
    static let vectors = [
        Vector(journey: "", tile: "", member: "", unit: 0x1.b60386209d32ap-1, arm: 2),
        Vector(journey: journey, tile: "tile-1", member: "1", unit: 0x1.b020233769427p-1, arm: 2),
        Vector(journey: journey, tile: "tile-1", member: "2", unit: 0x1.30525129d3ab4p-1, arm: 1),
        Vector(journey: journey, tile: "tile-2", member: "1", unit: 0x1.7529bfbff0b3ap-1, arm: 1),
        Vector(journey: journey, tile: "split", member: "alice@example.com", unit: 0x1.0b07546a5ad8ap-2, arm: 0),
        Vector(journey: journey, tile: "split", member: "Zoë", unit: 0x1.9dbdbbea4f22ap-1, arm: 2),
        Vector(
            journey: journey, tile: "tile-1", member: "00000000000000000000000000000042", unit: 0x1.01fe7ec412e80p-8,
            arm: 0),
    ]
    static let journey = "550e8400-e29b-41d4-a716-446655440000"

    @Test(arguments: vectors) func followsTheFormula(_ vector: Vector) {
        let unit = SplitHash.unit(journey: vector.journey, tile: vector.tile, member: Array(vector.member.utf8))
        #expect(unit == vector.unit)
        #expect(SplitHash(journey: vector.journey, tile: vector.tile).unit(member: vector.member) == vector.unit)
        #expect(SplitHash.arm(weights: [50, 30, 20], unit: unit) == vector.arm)
    }

    @Test func choosesArms() {
        #expect(SplitHash.arm(weights: [1, 1], unit: 0) == 0)
        #expect(SplitHash.arm(weights: [1, 1], unit: 0.5.nextDown) == 0)
        #expect(SplitHash.arm(weights: [1, 1], unit: 0.5) == 1)
        #expect(SplitHash.arm(weights: [0.1, 0.2, 0.7], unit: 1.0.nextDown) == 2)
        #expect(SplitHash.arm(weights: [3], unit: 0.99) == 0)
        #expect(SplitHash.arm(weights: [], unit: 0.5) == 0)
    }

    @Test func spreadsEvenly() {
        let hash = SplitHash(journey: Self.journey, tile: "split")
        var counts = [0, 0, 0]
        for member in 0..<100_000 {
            counts[SplitHash.arm(weights: [50, 30, 20], unit: hash.unit(member: String(member)))] += 1
        }
        for (count, share) in zip(counts, [50_000, 30_000, 20_000]) { #expect(abs(count - share) < 600) }
    }
}

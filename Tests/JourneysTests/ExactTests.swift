import Journeys
import Testing

@Suite struct ExactTests {
    static let cases: [(Int64, Double, Int)] = [
        (0, 0, 0), (0, -0.0, 0), (1, 1, 0), (1, 1.5, -1), (2, 1.5, 1), (-1, -1.5, 1), (-2, -1.5, -1),
        (0, .leastNonzeroMagnitude, -1), (0, -.leastNonzeroMagnitude, 1),
        (9_007_199_254_740_993, 9_007_199_254_740_992, 1), (9_007_199_254_740_991, 9_007_199_254_740_992, -1),
        (.max, 0x1p63, -1), (.max, 0x1p63.nextDown, 1), (.min, -0x1p63, 0), (.min + 1, -0x1p63, 1),
        (.min, (-0x1p63).nextDown, 1), (.max, .infinity, -1), (.min, -.infinity, 1), (.max, 1e300, -1),
    ]

    @Test(arguments: cases) func compares(integer: Int64, number: Double, order: Int) {
        #expect(Exact.compare(integer, number) == order)
    }

    @Test func hasNoOrderForNaN() { #expect(Exact.compare(1, .nan) == nil) }

    @Test func nearNames() {
        #expect(NearNames.find("Email", among: ["mail", "email", "e_mail", "age"]) == ["email", "e_mail", "mail"])
        #expect(NearNames.find("x", among: ["email"]).isEmpty)
        #expect(NearNames.find("", among: ["ab", "abc"]) == ["ab"])
    }

    @Test(arguments: [
        ("770E8400-E29B-41D4-A716-446655440000", "770e8400-e29b-41d4-a716-446655440000"),
        ("770e8400e29b41d4a716446655440000", nil), ("{770e8400-e29b-41d4-a716-446655440000}", nil), ("", nil),
        ("770e8400-e29b-41d4-a716-44665544000", nil), ("770e8400-e29b-41d4-a716-44665544000g", nil),
        ("770e8400-e29b-41d4-a7160446655440000", nil), ("-70e8400-e29b-41d4-a716-446655440000", nil),
    ])
    func normalisesUUIDs(text: String, expected: String?) {
        #expect(UUIDText.normalized(text) == expected)
        let bits = Array(text.utf8).withUnsafeBufferPointer { UUIDBits($0) }
        #expect(bits?.text == expected)
    }

    /// Each byte at each place: the bits take what the text takes.
    @Test func bitsOfUUIDs() {
        let uuid = Array("01234567-89ab-cDEF-0123-456789abcdef".utf8)
        for place in uuid.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = uuid
                changed[place] = byte
                let bits = changed.withUnsafeBufferPointer { UUIDBits($0) }
                #expect((bits != nil) == UUIDText.isOne(changed))
                if let bits { #expect(bits.text.utf8.elementsEqual(changed.map { $0 | 0x20 })) }
            }
        }
    }

    @Test func columnsAsJSON() {
        let column = Column(name: "age", type: .integer, nullable: false)
        #expect(column.json == ["name": "age", "type": "integer", "nullable": false])
        #expect(Column(json: column.json) == column)
        let json = Column(name: "tags", type: .string, isJSON: true)
        #expect(Column(json: json.json) == json)
        #expect(Column(json: ["name": "age", "type": "integer"]) == Column(name: "age", type: .integer))
        for bad: JSON in [
            [:], ["name": "a"], ["name": "a", "type": "int"], ["name": "a", "type": "date", "nullable": 3], 3,
        ] {
            #expect(Column(json: bad) == nil)
        }
    }
}

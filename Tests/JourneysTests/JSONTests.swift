import Journeys
import TestSupport
import Testing

@Suite struct JSONTests {
    static let values: [(String, JSON)] = [
        ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-0", 0), ("1", .integer(1)),
        ("1.0", .number(1)), ("1e2", .number(100)), ("-1.5", -1.5), ("0.1", 0.1),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("5136690927371400.0", .integer(5_136_690_927_371_400)), ("1e17", .integer(100_000_000_000_000_000)),
        ("1E+2", .number(100)), ("120e-1", .number(12)), ("-0.0", .number(-0.0)),
        ("-9223372036854775809", .number(-0x1p63)),
        ("1.00000000000000000000", .number(1)), ("0.1234567890123456789", .number(0.1234567890123456789)),
        ("9223372036854775808", .number(0x1p63)), ("18446744073709551616", .number(0x1p64)),
        ("123456789012345678901234567890", .number(1.2345678901234568e29)),
        ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("1e-400", .number(0)),
        (#""""#, ""), (#""a\n\t\"\\\/\u0041\u00e9\ud83d\ude00""#, "a\n\t\"\\/Aé😀"), (#""\u0000""#, "\0"),
        ("[]", []), ("{}", [:]), ("[1,[true,null]]", [1, [true, nil]]),
        (#"{"a":1,"b":{"c":[]}}"#, ["a": 1, "b": ["c": []]]), (#"{"a":1,"a":2}"#, ["a": 2]),
        (#"{"[{":"]}"}"#, ["[{": "]}"]), (#"[",]"]"#, [",]"]), ("\n[ 1 ,\t2 ]\r\n", [1, 2]),
    ]

    @Test(arguments: values) func parses(text: String, expected: JSON) throws {
        #expect(try JSON.parse(text) == expected)
        #expect(try JSON.parse(Array(text.utf8)[...]) == expected)
    }

    @Test(arguments: [
        "", " ", "nul", "[1,]", "{\"a\":1,}", "[1, ]", "[,1]", "[1 2]", "{a:1}", "'a'", "[1", "]", "[01]", "[+1]",
        "[.5]",
        "[1.]", "[NaN]", "[Infinity]", "[1e400]", "-1e400", "\"\\ud800\"", "\"\u{9}\"", "[1] x", "\u{FEFF}[1]",
        "[1]\u{0}", "[\u{a0}1]", "{\"a\"}", "{\"a\":}", "[-]", "/**/1", "tru\u{0}e",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\\u00g0\"", "\"\\u12\"", "\"\\x\"", "\"\\", "\"\\\"",
        "\"a", "1e", "1e+", "1.e1",
        "--1", "-01", "0x1", "[1}", "{\"a\":1]", "{\"a\":1 \"b\":2}", "{1:2}", "{", "[", "truefalse", "nulll", "1 2",
        "\u{0}",
    ])
    func refuses(text: String) {
        #expect(throws: JSONParseError.self) { try JSON.parse(text) }
        do throws(JSONParseError) { _ = try JSON.parse(text) } catch { #expect(error.kind == .notJSON) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFE, 0xFF, 0, 0x31],
    ])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect { try JSON.parse(bytes) } throws: { ($0 as? JSONParseError)?.kind == .notJSON }
    }

    /// Two readers of one text may take different values of a key: what a caller sends must not depend on that.
    @Test(arguments: [
        ("{\"a\": 1, \"a\": 1}", "'a'"), ("[{\"b\": {\"a:\": 1, \"c\": [], \"a:\": 2}}]", "'a:'"),
        ("{\"a\": 1, \"\\u0061\": 2}", "'a'"), ("{\"\": 1, \"\": 2}", "''"),
    ]) func aRepeatedKey(_ text: String, _ named: String) throws {
        #expect { try JSON.parse(Array(text.utf8), limits: .caller()) } throws: {
            ($0 as? JSONParseError)?.message.contains("\(named) more than once") == true
        }
        _ = try JSON.parse(text)
    }

    @Test(arguments: [
        "{\"a\": {\"a\": [{\"a\": 1}, {\"a\": 1}]}, \"b\": \"a:b:c\", \"c\\\":\": \"\\\\\"}", "[\":\", {}, 1]",
        "\"::\"",
    ]) func keysThatAreUnique(_ text: String) throws {
        #expect(try JSON.parse(Array(text.utf8), limits: .caller()) == JSON.parse(text))
    }

    @Test func limitsWhatACallerSends() throws {
        let arrays = Array(("[" + String(repeating: "[],", count: 30_000) + "[]]").utf8)
        let members = Array(("{" + (0..<60_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}").utf8)
        for text in [arrays, members] {
            #expect { try JSON.parse(text, limits: .caller()) } throws: { ($0 as? JSONParseError)?.kind == .tooMany }
        }
        _ = try JSON.parse(arrays)
    }

    @Test func limitsDepthBeforeParsing() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON.parse(nested(64))
        for text in [nested(65), nested(1_000_000), String(repeating: "{\"a\":", count: 500_000)] {
            #expect { try JSON.parse(text) } throws: { ($0 as? JSONParseError)?.kind == .tooDeep }
        }
        #expect(throws: JSONParseError.self) { try JSON.parse(nested(3), maxDepth: 2) }
        _ = try JSON.parse("\"" + String(repeating: "[", count: 100) + "\"")
        _ = try JSON.parse("[" + String(repeating: "[],", count: 100) + "[]]")
    }

    @Test func serialisesSortedAndCompact() {
        let value: JSON = [
            "z": 1, "a/b": "x/y\"\\\u{1}\u{1f}\n\r\t\u{8}\u{c}", "é": [nil, true, false, -1.5, 1e300, 1.0],
            "Z": [:], "": [],
        ]
        #expect(
            value.text
                == #"{"":[],"Z":{},"a/b":"x/y\"\\\u0001\u001f\n\r\t\b\f","z":1,"é":[null,true,false,-1.5,1e+300,1.0]}"#)
        #expect(JSON.number(.nan).text == "null")
    }

    @Test func roundTripsAnything() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let value = random.json(depth: 5)
            #expect(try JSON.parse(value.serialized()) == value, "\(value.text)")
        }
    }

    @Test func readsMembers() {
        let value: JSON = ["s": "x", "i": 3, "n": 3.0, "f": 3.5, "b": true, "a": [1, 2], "o": ["k": nil]]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.integerValue == 3)
        #expect(value["n"]?.integerValue == 3)
        #expect(value["f"]?.integerValue == nil)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["b"]?.boolValue == true)
        #expect(value["b"]?.integerValue == nil)
        #expect(value["i"]?.boolValue == nil)
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["o"]?["k"] == .null)
        #expect(value["missing"] == nil)
    }

    @Test func pointsByRFC6901() {
        #expect(JSON.pointer() == "")
        #expect(JSON.pointer("tiles", 3, "config") == "/tiles/3/config")
        #expect(JSON.pointer("a/b", "m~n", "") == "/a~1b/m~0n/")
        // The examples of RFC 6901, section 5.
        let document: JSON = [
            "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7,
            "m~n": 8,
        ]
        let found: [(String, JSON)] = [
            ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
            ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8), ("", document),
        ]
        for (pointer, value) in found { #expect(document.value(at: pointer) == value) }
        for pointer in ["/foo/2", "/nope", "foo", "/foo/0/x"] { #expect(document.value(at: pointer) == nil) }
    }
}

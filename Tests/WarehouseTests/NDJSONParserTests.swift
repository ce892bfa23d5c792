import Testing

@testable import Warehouse

@Suite struct NDJSONParserTests {
    static let cases: [(text: String, lines: [String])] = [
        ("", []),
        ("\n \n\r\n", []),
        ("{}", ["1: "]),
        (#"{"a":1}"#, ["1: a=1"]),
        ("{\"a\":1}\n{\"a\":2}\n", ["1: a=1", "2: a=2"]),
        ("{\"a\":1}\r\n\r\n{\"a\":2}", ["1: a=1", "3: a=2"]),
        ("\u{FEFF}{\"a\":1}\n", ["1: a=1"]),
        (
            #" { "a" : "x" , "b" : null , "c" : true , "d" : false , "e" : -1.5e3 } "#,
            ["1: a=[x] b=∅ c=true d=false e=-1.5e3"]
        ),
        (#"{"a":"","b":"ä日"}"#, ["1: a=[] b=[ä日]"]),
        (#"{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#, ["1: a=[\"\\/\u{8}\u{C}\n\r\té😀]"]),
        (#"{"\u0061b":1}"#, ["1: ab=1"]),
        (
            #"{"a":{"x":[1,2,{"y":"}"}]},"b":[],"c":[ "\u0041", null ]}"#,
            [#"1: a={"x":[1,2,{"y":"}"}]} b=[] c=[ "\u0041", null ]"#]
        ),
        (#"{"a":12345678901234567890}"#, ["1: a=12345678901234567890"]),
        (#"[1]"#, ["1 bad: the line is no JSON object"]),
        (#"1"#, ["1 bad: the line is no JSON object"]),
        (#"{"a":1}{"a":2}"#, ["1 bad: text after the object: write one object a line"]),
        (#"{"a":1},"#, ["1 bad: text after the object: write one object a line"]),
        (#"{"a":1"#, ["1 bad: not valid JSON: a comma or a closing bracket is missing at byte 7"]),
        (#"{"a":1,}"#, ["1 bad: not valid JSON: a member's name in quotes is missing at byte 8"]),
        (#"{"a" 1}"#, ["1 bad: not valid JSON: a colon is missing at byte 6"]),
        (#"{a:1}"#, ["1 bad: not valid JSON: a member's name in quotes is missing at byte 2"]),
        (#"{"a":01}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":+1}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":1.}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":.5}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":NaN}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":nul}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":True}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":}"#, ["1 bad: not valid JSON: a value is missing at byte 6"]),
        (#"{"a":"x}"#, ["1 bad: not valid JSON: a closing quote is missing at byte 9"]),
        (#"{"a":"\x"}"#, ["1 bad: not valid JSON: an escape that JSON knows is missing at byte 8"]),
        (#"{"a":"\u12g4"}"#, ["1 bad: not valid JSON: four hexadecimal digits is missing at byte 11"]),
        (#"{"a":"\ud800"}"#, ["1 bad: not valid JSON: the second surrogate is missing at byte 13"]),
        (#"{"a":"\ude00"}"#, ["1 bad: not valid JSON: the first surrogate is missing at byte 13"]),
        (#"{"a":"\u0000"}"#, ["1 bad: a string contains a NUL"]),
        ("{\"a\":\"x\ty\"}", ["1 bad: a control character in a string: escape it"]),
        (#"{"a":[1,]}"#, ["1 bad: not valid JSON: a value is missing at byte 9"]),
        (#"{"a":[1}"#, ["1 bad: not valid JSON: a comma or a closing bracket is missing at byte 8"]),
        (#"{"a":{"b"}}"#, ["1 bad: not valid JSON: a colon is missing at byte 10"]),
        (#"{"a":["\q"]}"#, ["1 bad: not valid JSON: an escape that JSON knows is missing at byte 9"]),
        ("x\n{\"a\":1}\n", ["1 bad: the line is no JSON object", "2: a=1"]),
    ]

    @Test(arguments: cases, [1, 2, 7, 1000])
    func reads(example: (text: String, lines: [String]), chunk: Int) throws {
        #expect(try Self.read(Array(example.text.utf8), chunk: chunk) == example.lines)
    }

    static func read(_ bytes: [UInt8], chunk: Int) throws -> [String] {
        var parser = NDJSONParser()
        let rows = RecordedRows()
        var start = 0
        while start < bytes.count {
            try parser.feed(Array(bytes[start..<min(start + chunk, bytes.count)]), to: rows)
            start += chunk
        }
        try parser.finish(to: rows)
        return rows.lines
    }

    @Test func depthAndLengthAreLimited() throws {
        let deep = "{\"a\":" + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}"
        #expect(
            try Self.read(Array(deep.utf8), chunk: 50) == ["1 bad: a value is nested more than 64 levels deep"])
        #expect(throws: UploadRefused("line 1 is longer than 1 MiB: write one object a line")) {
            try Self.read([UInt8](repeating: 0x20, count: 2 << 20), chunk: 1 << 16)
        }
        #expect(try Self.read([0x7B, 0xFF, 0x7D], chunk: 5) == ["1 bad: the line is not UTF-8"])
    }
}

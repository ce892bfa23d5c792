/// A strict reader of Prometheus' text format: what it takes, Prometheus takes.
struct Exposition {
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Malformed: Error {
        var line: String
        var why: String
    }

    private(set) var samples: [Sample] = []
    private(set) var kinds: [String: String] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(line: "", why: "no line feed at the end") }
        var helps: Set<String> = []
        var closed: Set<String> = []
        var family = ""
        var seen: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) {
            func refuse(_ why: String) -> Malformed { Malformed(line: line, why: why) }
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                guard helps.insert(name).inserted, Self.isName(name) else { throw refuse("HELP twice, or no name") }
                if !family.isEmpty { closed.insert(family) }
                family = name
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.dropFirst(7).split(separator: " ").map(String.init)
                guard parts.count == 2, parts[0] == family, ["counter", "gauge", "histogram"].contains(parts[1]),
                    kinds.updateValue(parts[1], forKey: family) == nil
                else { throw refuse("TYPE without its HELP, twice, or of no kind") }
            } else {
                let sample = try Self.sample(line)
                let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { sample.name == family + $0 }), !closed.contains(family) else {
                    throw refuse("a sample outside of its family")
                }
                let series = sample.name + sample.labels.sorted { $0.key < $1.key }.description
                guard seen.insert(series).inserted else { throw refuse("a series twice") }
                if kinds[family] == "counter", sample.value < 0 || !family.hasSuffix("_total") {
                    throw refuse("a counter below zero, or without _total")
                }
                samples.append(sample)
            }
        }
        try checkHistograms()
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    /// All with these labels among theirs.
    func values(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
        samples.filter { sample in sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value } }
    }

    private func checkHistograms() throws {
        for (name, kind) in kinds where kind == "histogram" {
            for whole in values(name + "_count") {
                let buckets = values(name + "_bucket", whole.labels)
                    .filter { Set($0.labels.keys) == Set(whole.labels.keys).union(["le"]) }
                let bounds = buckets.map {
                    $0.labels["le"] == "+Inf" ? Double.infinity : Double($0.labels["le"] ?? "") ?? .nan
                }
                guard bounds == bounds.sorted(), bounds.last == .infinity, !bounds.contains(where: \.isNaN),
                    buckets.map(\.value) == buckets.map(\.value).sorted(), buckets.last?.value == whole.value,
                    value(name + "_sum", whole.labels) != nil
                else { throw Malformed(line: name, why: "buckets do not add up: \(buckets)") }
            }
        }
    }

    private static func sample(_ line: String) throws -> Sample {
        var rest = Array(line.unicodeScalars)[...]
        func refuse(_ why: String) -> Malformed { Malformed(line: line, why: why) }
        func word(_ isPart: (Unicode.Scalar) -> Bool) -> String {
            let word = rest.prefix(while: isPart)
            rest = rest.dropFirst(word.count)
            return String(String.UnicodeScalarView(word))
        }
        let name = word { $0 != "{" && $0 != " " }
        guard isName(name) else { throw refuse("no name") }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let label = word { $0 != "=" }
                guard isName(label), !label.contains(":"), rest.starts(with: "=\"".unicodeScalars) else {
                    throw refuse("no label")
                }
                rest = rest.dropFirst(2)
                var value = String.UnicodeScalarView()
                while let scalar = rest.popFirst(), scalar != "\"" {
                    guard scalar == "\\" else {
                        value.append(scalar)
                        continue
                    }
                    switch rest.popFirst() {
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    case "n": value.append("\n")
                    default: throw refuse("no escape")
                    }
                }
                guard labels.updateValue(String(value), forKey: label) == nil else { throw refuse("a label twice") }
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { throw refuse("no comma") }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = Double(String(String.UnicodeScalarView(rest.dropFirst()))) else {
            throw refuse("no value")
        }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil }
}

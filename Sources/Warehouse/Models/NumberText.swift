import Glibc

/// Numbers as files write them: JSON's grammar, no sign but minus, no leading zeros.
enum NumberText {
    enum Form { case integer, fraction }

    /// Which form a text has; nil when it is no number.
    static func form(_ text: UnsafeRawBufferPointer) -> Form? {
        var index = 0
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        let start = index
        skipDigits(text, &index)
        guard index > start, index - start == 1 || text[start] != UInt8(ascii: "0") else { return nil }
        if index == text.count { return .integer }
        if text[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            skipDigits(text, &index)
            guard index > fraction else { return nil }
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            let exponent = index
            skipDigits(text, &index)
            guard index > exponent else { return nil }
        }
        return index == text.count ? .fraction : nil
    }

    /// The integer that a text writes in decimal without leading zeros; nil for anything else, `-0` and what Int64 does
    /// not hold included.
    static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        let negative = text.first == UInt8(ascii: "-")
        let start = negative ? 1 : 0
        guard text.count > start, text.count - start <= 19 else { return nil }
        if text[start] == UInt8(ascii: "0") { return text.count == 1 ? 0 : nil }
        var value: Int64 = 0
        for byte in text[start...] {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // Counted downwards, because there is one more negative number.
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        if negative { return value }
        return value == .min ? nil : -value
    }

    /// The double nearest to a number's text; nil when it is no number or beyond all finite doubles.
    static func double(_ text: UnsafeRawBufferPointer) -> Double? {
        guard text.count <= 400, form(text) != nil else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { buffer -> Double? in
            guard let base = buffer.baseAddress, let source = text.baseAddress else { return nil }
            memcpy(base, source, text.count)
            base[text.count] = 0
            let value = strtod(base, nil)
            return value.isFinite ? value : nil
        }
    }

    /// Writes an integer in decimal and returns where it begins; `end` is behind the last of at least 20 bytes.
    @inline(__always)
    static func write(_ value: Int64, endingAt end: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var rest = value.magnitude
        var place = end
        repeat {
            place -= 1
            place.pointee = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest != 0
        if value < 0 {
            place -= 1
            place.pointee = UInt8(ascii: "-")
        }
        return place
    }

    private static func skipDigits(_ text: UnsafeRawBufferPointer, _ index: inout Int) {
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
    }
}

/// The shapes of values. Whether a value fits its column's type is known only when the tree is bound.
extension FilterParser {
    mutating func check(_ value: JSON?, for op: FilterOperator, at pointer: String) {
        let name = op.rawValue
        if op.operand == .none {
            if let value, !value.isNull { problem(pointer, "\(name) takes no value: remove it") }
            return
        }
        guard let value, !value.isNull else {
            problem(pointer, "\(name) needs a value that is not null\(value == nil ? "" : ": use is_null")")
            return
        }
        switch op.operand {
        case .none: break
        case .scalar: checkScalar(value, of: name, at: pointer)
        case .text:
            if value.stringValue == nil { problem(pointer, "\(name) takes a string, not \(value.kindName)") }
        case .ordered: checkOrdered(value, of: name, at: pointer)
        case .range: checkRange(value, of: name, at: pointer)
        case .list: checkList(value, of: name, at: pointer)
        }
    }

    private mutating func checkScalar(_ value: JSON, of name: String, at pointer: String) {
        switch value {
        case .string, .integer, .number, .bool: break
        case .object: checkRelative(value, at: pointer)
        case .array, .null:
            problem(pointer, "\(name) takes one string, number, boolean or date, not \(value.kindName)")
        }
    }

    private mutating func checkOrdered(_ value: JSON, of name: String, at pointer: String) {
        switch value {
        case .integer, .number: break
        case .object: checkRelative(value, at: pointer)
        case .string(let text):
            if DateLiteral(text) == nil {
                problem(pointer, "\(name) takes a number or a date (\(DateLiteral.forms)), not the text '\(text)'")
            }
        case .bool, .array, .null:
            problem(pointer, "\(name) takes a number or a date, not \(value.kindName)")
        }
    }

    private mutating func checkRange(_ value: JSON, of name: String, at pointer: String) {
        guard case .array(let ends) = value, ends.count == 2 else {
            problem(pointer, "\(name) takes an array of two values, low and high")
            return
        }
        let before = problems.count
        for (index, end) in ends.enumerated() { checkOrdered(end, of: name, at: "\(pointer)/\(index)") }
        guard problems.count == before else { return }
        let isDate = ends.map { $0.doubleValue == nil }
        if isDate[0] != isDate[1] {
            problem(pointer, "\(name) takes two numbers or two dates, not one of each")
        } else if FilterLiteral.isDescending(ends[0], ends[1]) {
            problem(pointer, "\(name) takes the low value first: swap the two")
        }
    }

    private mutating func checkList(_ value: JSON, of name: String, at pointer: String) {
        guard case .array(let values) = value else {
            problem(pointer, "\(name) takes an array of values, not \(value.kindName)")
            return
        }
        if values.isEmpty || values.count > FilterTree.maxListValues {
            problem(pointer, "\(name) takes 1 to \(FilterTree.maxListValues) values, not \(values.count)")
            return
        }
        for (index, element) in values.enumerated() {
            switch element {
            case .string, .integer, .number: break
            case .null: problem("\(pointer)/\(index)", "\(name) takes no null: use is_null")
            default: problem("\(pointer)/\(index)", "\(name) takes strings or numbers, not \(element.kindName)")
            }
        }
    }

    private mutating func checkRelative(_ value: JSON, at pointer: String) {
        switch RelativeDate.parse(value) {
        case .success: break
        case .failure(let error): problem(pointer, error.message)
        }
    }
}

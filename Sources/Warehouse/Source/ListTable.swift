import CSQLite
import Columns

/// Texts or numbers lent to a statement, which keeps the object: what a filter's list or a set of keys is in SQL.
final class BoundList {
    enum Content {
        case integers([Int64])
        case numbers([Double])
        case texts([[UInt8]])
        /// Keys in ascending order; their memory is borrowed and must outlive the statement.
        case keys(Utf8View, count: Int)
    }

    let content: Content
    let count: Int

    init(_ content: Content) {
        self.content = content
        switch content {
        case .integers(let values): count = values.count
        case .numbers(let values): count = values.count
        case .texts(let values): count = values.count
        case .keys(_, let count): self.count = count
        }
    }

    static let pointerType: StaticString = "tessera_list"

    func bind(to statement: OpaquePointer, _ index: Int32) {
        Self.pointerType.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
            _ = sqlite3_bind_pointer(
                statement, index, Unmanaged.passRetained(self).toOpaque(), $0,
                { pointer in pointer.map { Unmanaged<BoundList>.fromOpaque($0).release() } })
        }
    }

    /// Hands a row to SQLite. `number` asks for the integer that a text writes, null when it writes none.
    fileprivate func result(_ row: Int, asNumber: Bool, in context: OpaquePointer?) {
        switch content {
        case .integers(let values): sqlite3_result_int64(context, values[row])
        case .numbers(let values): sqlite3_result_double(context, values[row])
        case .texts(let values): values[row].withUnsafeBytes { Self.result($0, asNumber: asNumber, in: context) }
        case .keys(let keys, _): Self.result(keys[row], asNumber: asNumber, in: context)
        }
    }

    private static func result(_ text: UnsafeRawBufferPointer, asNumber: Bool, in context: OpaquePointer?) {
        if asNumber {
            guard let number = NumberText.integer(text) else { return sqlite3_result_null(context) }
            return sqlite3_result_int64(context, number)
        }
        guard let base = text.baseAddress else { return sqlite3_result_text(context, "", 0, nil) }
        // The list outlives the statement's run, so nothing is copied.
        sqlite3_result_text(context, base.assumingMemoryBound(to: CChar.self), Int32(text.count), nil)
    }
}

/// `_tessera_list(?)`: a bound list as a table of `value` and `number`.
enum ListTable {
    static let name = "_tessera_list"

    static func install(on database: OpaquePointer) {
        sqlite3_create_module_v2(database, name, module, nil, nil)
    }

    /// SQLite's cursor with ours behind it. In raw memory, because only C promises a struct's layout.
    private static let listOffset = MemoryLayout<sqlite3_vtab_cursor>.stride
    private static let rowOffset = listOffset + MemoryLayout<UnsafeMutableRawPointer?>.stride
    private static let cursorSize = rowOffset + MemoryLayout<Int>.stride

    private static func list(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> BoundList? {
        guard let cursor,
            let pointer = UnsafeRawPointer(cursor).load(fromByteOffset: listOffset, as: UnsafeRawPointer?.self)
        else { return nil }
        return Unmanaged<BoundList>.fromOpaque(pointer).takeUnretainedValue()
    }

    private static func row(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int {
        cursor.map { UnsafeRawPointer($0).load(fromByteOffset: rowOffset, as: Int.self) } ?? 0
    }

    /// Written once, read by SQLite only.
    nonisolated(unsafe) private static let module: UnsafeMutablePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        var table = sqlite3_module()
        // No xCreate: the table exists by its name only, and nobody can make others of it.
        table.xConnect = { database, _, _, _, result, _ in
            let status = sqlite3_declare_vtab(database, "CREATE TABLE x(value, number, list HIDDEN)")
            guard status == SQLITE_OK, let memory = sqlite3_malloc(Int32(MemoryLayout<sqlite3_vtab>.size)) else {
                return status == SQLITE_OK ? SQLITE_NOMEM : status
            }
            let made = memory.bindMemory(to: sqlite3_vtab.self, capacity: 1)
            made.initialize(to: sqlite3_vtab())
            result?.pointee = made
            return SQLITE_OK
        }
        table.xDisconnect = { table in
            sqlite3_free(table)
            return SQLITE_OK
        }
        table.xBestIndex = { _, info in
            guard let info else { return SQLITE_ERROR }
            info.pointee.idxNum = 0
            for index in 0..<Int(info.pointee.nConstraint) {
                let constraint = info.pointee.aConstraint[index]
                guard constraint.iColumn == 2, Int32(constraint.op) == SQLITE_INDEX_CONSTRAINT_EQ else { continue }
                guard constraint.usable != 0 else { return SQLITE_CONSTRAINT }
                info.pointee.aConstraintUsage[index].argvIndex = 1
                info.pointee.aConstraintUsage[index].omit = 1
                info.pointee.idxNum = 1
            }
            // Keys are lent in ascending order; only their order is ever asked for.
            if info.pointee.nOrderBy == 1, info.pointee.aOrderBy[0].iColumn == 0, info.pointee.aOrderBy[0].desc == 0 {
                info.pointee.orderByConsumed = 1
            }
            info.pointee.estimatedRows = 1000
            info.pointee.estimatedCost = 1000
            return SQLITE_OK
        }
        table.xOpen = { _, result in
            guard let memory = sqlite3_malloc(Int32(cursorSize)) else { return SQLITE_NOMEM }
            memory.initializeMemory(as: UInt8.self, repeating: 0, count: cursorSize)
            result?.pointee = memory.assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        table.xClose = { cursor in
            sqlite3_free(cursor)
            return SQLITE_OK
        }
        table.xFilter = { cursor, plan, _, count, arguments in
            guard let cursor else { return SQLITE_ERROR }
            var pointer: UnsafeMutableRawPointer?
            if plan == 1, count == 1, let arguments {
                pointer = BoundList.pointerType.utf8Start.withMemoryRebound(to: CChar.self, capacity: 1) {
                    sqlite3_value_pointer(arguments[0], $0)
                }
            }
            let raw = UnsafeMutableRawPointer(cursor)
            raw.storeBytes(of: UnsafeRawPointer(pointer), toByteOffset: listOffset, as: UnsafeRawPointer?.self)
            raw.storeBytes(of: 0, toByteOffset: rowOffset, as: Int.self)
            return SQLITE_OK
        }
        table.xNext = { cursor in
            guard let cursor else { return SQLITE_ERROR }
            UnsafeMutableRawPointer(cursor).storeBytes(of: row(cursor) + 1, toByteOffset: rowOffset, as: Int.self)
            return SQLITE_OK
        }
        table.xEof = { cursor in row(cursor) >= (list(cursor)?.count ?? 0) ? 1 : 0 }
        table.xColumn = { cursor, context, column in
            if column < 2 { list(cursor)?.result(row(cursor), asNumber: column == 1, in: context) }
            return SQLITE_OK
        }
        table.xRowid = { cursor, result in
            result?.pointee = sqlite3_int64(row(cursor))
            return SQLITE_OK
        }
        module.initialize(to: table)
        return module
    }()
}

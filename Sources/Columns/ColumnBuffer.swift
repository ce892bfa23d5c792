import Glibc

/// Raw memory of one column, freed with its last user: batches that share columns share these.
///
/// Sendable without a check because nobody writes to it once a batch holds it.
public final class ColumnBuffer: @unchecked Sendable {
    public let pointer: UnsafeMutableRawPointer
    /// Bytes in use; the allocation may be larger.
    public let byteCount: Int

    /// Takes over memory that came from `malloc`.
    init(adopting pointer: UnsafeMutableRawPointer, byteCount: Int) {
        self.pointer = pointer
        self.byteCount = byteCount
    }

    /// Uninitialised memory.
    convenience init(byteCount: Int) {
        self.init(adopting: Self.allocate(byteCount), byteCount: byteCount)
    }

    deinit { free(pointer) }

    /// Memory for `free`, never null.
    static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let pointer = malloc(max(byteCount, 8)) else {
            preconditionFailure("out of memory: \(byteCount) bytes for a column")
        }
        return pointer
    }

    /// `pointer`, which came from `allocate`, with room for more.
    static func reallocate(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let pointer = realloc(pointer, max(byteCount, 8)) else {
            preconditionFailure("out of memory: \(byteCount) bytes for a column")
        }
        return pointer
    }
}

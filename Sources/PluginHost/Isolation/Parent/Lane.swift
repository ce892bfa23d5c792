import Platform

/// A socket to a thread of the child's own, and the memory that goes with it. One call at a time: whoever holds the lane
/// is alone on it.
///
/// Sendable without a check: it is handed from holder to holder.
final class Lane: @unchecked Sendable {
    let socket: FrameSocket
    let buffer = FrameBuffer()
    /// Batches, written here.
    private(set) var input: SharedMemory?
    /// Outcomes, written by the child: a count, then as many outcomes without errors.
    private(set) var output: SharedMemory?
    /// Copies of outcomes, since the child could change them while they are checked.
    var outcomes = OutcomeCopies()

    static let outputHead = 64

    init(_ socket: FrameSocket) { self.socket = socket }

    /// Makes room for a batch and its outcomes and tells the child of it.
    func reserve(inputBytes: Int, rows: Int) throws(WireError) {
        let outputBytes = Self.outputHead + rows * 24
        do {
            if (input?.size ?? 0) < inputBytes {
                let memory = try SharedMemory(size: Self.rounded(inputBytes), isReadOnlyElsewhere: true)
                input = memory
                try socket.send(.input, passing: memory.descriptor)
            }
            if (output?.size ?? 0) < outputBytes {
                let memory = try SharedMemory(size: Self.rounded(outputBytes), isReadOnlyElsewhere: false)
                output = memory
                try socket.send(.output, passing: memory.descriptor)
            }
        } catch let error as WireError {
            throw error
        } catch {
            throw .shortage((error as? SystemError)?.code ?? 0)
        }
    }

    /// Whole powers of two from 256 KB, so that growing batches do not make new memory each time.
    private static func rounded(_ bytes: Int) -> Int {
        var size = 256 << 10
        while size < bytes { size *= 2 }
        return size
    }
}

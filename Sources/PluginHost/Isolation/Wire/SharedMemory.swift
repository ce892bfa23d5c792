import CPlatform
import Glibc
import Platform

/// A stretch of memory that the gateway and one child map. Its size never changes, so that no access beyond a shrunk end
/// can kill either.
///
/// Sendable without a check: who may read or write it when is the lane's matter.
final class SharedMemory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let size: Int
    /// To be passed to the other end; -1 where it was taken from there.
    let descriptor: Int32

    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: size) }

    /// Makes memory of zeros.
    /// - Parameter isReadOnlyElsewhere: whoever maps it after us can't write to it.
    init(size: Int, isReadOnlyElsewhere: Bool) throws(SystemError) {
        let descriptor = tessera_memory("tessera-batch", size)
        guard descriptor >= 0 else { throw SystemError("make shared memory of \(size) bytes") }
        do throws(SystemError) {
            base = try Self.map(descriptor, size, PROT_READ | PROT_WRITE)
        } catch {
            close(descriptor)
            throw error
        }
        // After our own mapping, which stays writable.
        guard tessera_seal(descriptor, isReadOnlyElsewhere ? 1 : 0) == 0 else {
            let error = SystemError("seal shared memory")
            munmap(base, size)
            close(descriptor)
            throw error
        }
        self.size = size
        self.descriptor = descriptor
    }

    /// Maps what the other end made; takes the descriptor over and closes it.
    init(mapping descriptor: Int32, isWritable: Bool) throws(SystemError) {
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { throw SystemError("look at shared memory") }
        size = Int(status.st_size)
        base = try Self.map(descriptor, size, isWritable ? PROT_READ | PROT_WRITE : PROT_READ)
        self.descriptor = -1
    }

    deinit {
        munmap(base, size)
        if descriptor >= 0 { close(descriptor) }
    }

    private static func map(_ descriptor: Int32, _ size: Int, _ access: Int32) throws(SystemError)
        -> UnsafeMutableRawPointer
    {
        guard let base = mmap(nil, size, access, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw SystemError("map shared memory of \(size) bytes")
        }
        return base
    }
}

import CTessera
import TesseraPluginKit

/// Errors of a connector, those without a request or an answer completed with what was sent and what came back. They live
/// until `removeAll`: outcomes that point to them are reported before. One thread.
final class CompletedErrors {
    private static let capacity = 256
    private let errors = UnsafeMutablePointer<tessera_error>.allocate(capacity: CompletedErrors.capacity)
    private var count = 0
    private var last: UnsafePointer<tessera_error>?

    deinit { errors.deallocate() }

    var isFull: Bool { count == Self.capacity }

    /// Rows of one report that share an error share the completed one too.
    func complete(_ error: UnsafePointer<tessera_error>, _ job: Job) -> UnsafePointer<tessera_error> {
        // One that lies about its size is passed on as it is, for the host to judge.
        guard error.pointee.size >= UInt32(MemoryLayout<tessera_error>.size) else { return error }
        if error == last { return UnsafePointer(errors + count - 1) }
        last = error
        (errors + count).initialize(to: error.pointee)
        // Of a newer header only what is known here was copied.
        errors[count].size = UInt32(MemoryLayout<tessera_error>.size)
        let (lacksRequest, lacksResponse) = (errors[count].request.length == 0, errors[count].response.length == 0)
        if lacksRequest || lacksResponse, let exchange = job.exchanged() {
            if lacksRequest { errors[count].request = exchange.request }
            if lacksResponse { errors[count].response = exchange.response }
        }
        count += 1
        return UnsafePointer(errors + count - 1)
    }

    func removeAll() {
        count = 0
        last = nil
    }
}

import CTessera
import Platform
import PluginHost

/// One step of a destination's test.
public struct DestinationTestStep: Sendable, Hashable {
    /// `build`, `resolve`, `connect`, `tls`, `request` or `classify`.
    public var step: String
    public var isOk: Bool
    /// For people.
    public var message: String
    public var elapsedUs: Int64
    /// Of the answer, in step `request`; 0 else.
    public var httpStatus: Int32
    /// In step `request`: the request, without secrets, and the answer; may be empty.
    public var sent: String
    public var received: String

    public init(
        step: String, isOk: Bool, message: String, elapsedUs: Int64, httpStatus: Int32, sent: String = "",
        received: String = ""
    ) {
        self.step = step
        self.isOk = isOk
        self.message = message
        self.elapsedUs = elapsedUs
        self.httpStatus = httpStatus
        self.sent = sent
        self.received = received
    }
}

/// Why a test did not begin.
public enum DestinationTestError: Error, Sendable, Hashable {
    /// No loaded plugin offers `tessera.transport/1`.
    case noTransport
    /// The connector refused the config; pointers lead into it.
    case invalid(OpenFailure)
}

extension DestinationDirectory {
    /// Sends one made-up row to a destination, which need not be stored, over the loaded transport, and tells each step as
    /// it ends. Blocks until the last one or the deadline: for a worker thread.
    ///
    /// - Parameters:
    ///   - nowUs, deadlineUs: in the gateway's clock.
    ///   - onStep: called on this thread.
    /// - Returns: whether all steps passed.
    public func test(
        _ snapshot: DestinationSnapshot, nowUs: Int64, deadlineUs: Int64, onStep: (DestinationTestStep) -> Void
    ) throws(DestinationTestError) -> Bool {
        guard plugins.hasTransport else { throw .noTransport }
        let destination: OpenDestination
        switch open(snapshot) {
        case .success(let opened): destination = opened
        case .failure(let failure): throw .invalid(failure)
        }
        defer { withExtendedLifetime(destination) {} }
        let passed = withoutActuallyEscaping(onStep) { onStep -> Bool? in
            let listener = Listener(onStep)
            var call = tessera_probe_call(
                size: UInt32(MemoryLayout<tessera_probe_call>.size), flags: 0,
                context: Unmanaged.passUnretained(listener).toOpaque(), now_us: nowUs, deadline_us: deadlineUs,
                step: { call, step in
                    guard let context = call?.pointee.context, let step,
                        step.pointee.size >= UInt32(MemoryLayout<tessera_probe_step>.size)
                    else { return }
                    Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue().hear(step.pointee)
                })
            let status = plugins.probe(destination.pointer, &call)
            return withExtendedLifetime(listener) { status.map { $0 == 0 } }
        }
        guard let passed else { throw .noTransport }
        return passed
    }

    private final class Listener {
        private let onStep: (DestinationTestStep) -> Void

        init(_ onStep: @escaping (DestinationTestStep) -> Void) { self.onStep = onStep }

        func hear(_ step: tessera_probe_step) {
            onStep(
                DestinationTestStep(
                    step: String(borrowed: step.step, limit: 64), isOk: step.ok != 0,
                    message: String(borrowed: step.message, limit: 4096), elapsedUs: step.elapsed_us,
                    httpStatus: step.http_status, sent: String(borrowed: step.sent, limit: 65_536),
                    received: String(borrowed: step.received, limit: 65_536)))
        }
    }
}

import CPlatform
import Glibc

/// A pthread of our own. Plugins and SQLite run on these, never on Swift's cooperative pool.
public final class NativeThread: @unchecked Sendable {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
    private var handle = pthread_t()
    private let started: Bool

    /// Starts a thread; `name` is cut to 15 bytes, the kernel's limit. When the system has no thread to give,
    /// `isRunning` is false and `body` never runs.
    public init(name: String, stackSize: Int = 4 << 20, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        let argument = Unmanaged.passRetained(Body(name: name, run: body))
        let status = pthread_create(
            &handle, &attributes,
            { pointer in
                guard let pointer else { return nil }
                let body = Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue()
                tessera_thread_set_name(String(decoding: body.name.utf8.prefix(15), as: UTF8.self))
                body.run()
                return nil
            }, argument.toOpaque())
        started = status == 0
        if !started { argument.release() }
        pthread_attr_destroy(&attributes)
    }

    public var isRunning: Bool { started }

    /// Waits for the end of the thread. Once only, from another thread.
    public func join() {
        if started { pthread_join(handle, nil) }
    }

    /// Lets the thread end by itself; it can't be joined any more.
    public func detach() {
        if started { pthread_detach(handle) }
    }
}

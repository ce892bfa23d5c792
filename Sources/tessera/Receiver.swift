import Glibc
import HTTPServer
import Platform

/// `tessera receiver`: a small HTTP server that takes what webhooks deliver, to try a journey out without a service of
/// one's own. Every row it gets is told, counted and, if asked, written to a file.
enum Receiver {
    static let usage = """
        usage: tessera receiver [--listen HOST:PORT] [--log FILE] [--quiet]
                                [--fail-every N] [--status CODE] [--retry-after SECONDS] [--delay-ms N]

          --listen HOST:PORT     where to listen (127.0.0.1:9000); port 0 takes a free one
          --log FILE             append each received row as a line of JSON
          --quiet                print no line for requests
          --fail-every N         answer every N-th request with --status (503) and keep none of its rows
          --retry-after SECONDS  send Retry-After with those answers
          --delay-ms N           wait so long before each answer

        GET /stats answers {"requests", "rows", "distinct_keys", "failed"}.
        """

    /// Runs until SIGINT or SIGTERM. Gives the exit status: 0, 1 when the address or file can't be used, 2 for wrong
    /// arguments.
    static func run(arguments: [String]) -> Int32 {
        let options: ReceiverOptions
        do throws(ReceiverOptions.Misuse) {
            options = try ReceiverOptions(arguments)
        } catch {
            print(error.message, to: 2)
            print(usage, to: 2)
            return 2
        }
        if options.wantsHelp {
            print(usage, to: 1)
            return 0
        }
        // Blocked before any thread begins, so that `sigwait` below gets them.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        do {
            let handler = try ReceiverHandler(options)
            var configuration = ServerConfiguration(host: options.host, port: options.port)
            configuration.maxConnections = 10_000
            let clock = SystemClock()
            let server = HTTPServer(
                configuration: configuration, handler: handler, log: Log(level: .warning, clock: clock), clock: clock)
            let port = try server.start()
            let host = options.host.contains(":") ? "[\(options.host)]" : options.host
            print("receiver listening on http://\(host):\(port)", to: 1)
            var signal: Int32 = 0
            sigwait(&signals, &signal)
            server.stop(grace: 1_000_000)
            handler.stop()
            return 0
        } catch {
            print("tessera receiver: \(error)", to: 2)
            return 1
        }
    }

    /// Writes a line at once: readers wait for it.
    static func print(_ line: String, to descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + offset, $0.count - offset) }
            if count < 0, errno != EINTR { return }
            offset += max(0, count)
        }
    }
}

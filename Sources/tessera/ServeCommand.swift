import Gateway
import Glibc
import Platform
import PluginHost

/// `tessera serve`: the gateway, until SIGTERM or SIGINT.
enum ServeCommand {
    static let usage = """
        usage: tessera serve --data DIR [--config FILE] [OPTION]…

        \(SettingsDocument.usage)
          --config FILE               a JSON object with these settings; else DATA/tessera.json, if it is there

        Each can also stand in the environment: --max-tiles as TESSERA_MAX_TILES. `tessera config` shows what they come to.
        Prints "listening on http://HOST:PORT" once it serves (https with TLS). SIGTERM and SIGINT stop it: requests in flight are
        answered, runs commit what they have and go on after the next start.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("serve", usage: usage) { () throws(Options.Misuse) in
            try ServeOptions.parse(arguments)
        } _: { options in
            var configuration = try ServeOptions.settings(options).configuration(
                GatewayConfiguration(dataDirectory: "", pluginDirectories: Installation.pluginDirectories))
            guard !configuration.dataDirectory.isEmpty else {
                throw Options.Misuse(message: "--data is required")
            }
            configuration.version = Version.text
            configuration.hostProgram = try Installation.requiredPluginHost()
            configuration.watchesPlugins = true
            let clock = SystemClock()
            // Blocked before any thread begins, so that they all leave these to `sigwait` below.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGINT)
            sigaddset(&signals, SIGTERM)
            sigaddset(&signals, SIGHUP)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            Heaps.limitToProcessors()
            PluginHost.prepareProcess()
            let queue = LogQueue(descriptor: 2, clock: clock)
            // The last lines tell why it ends; a reader that stands still must not keep it from ending.
            defer { queue.flush(microseconds: 2_000_000) }
            let log = Log(level: configuration.logLevel, clock: clock, queue: queue)
            let gateway = GatewayServer(configuration: configuration, clock: clock, log: log)
            let port = try gateway.start()
            let address = ListenAddress(host: configuration.server.host, port: port)
            Terminal.print("listening on \(configuration.server.tls == nil ? "http" : "https")://\(address.shown)")
            var received: Int32 = 0
            sigwait(&signals, &received)
            // By custom it asks for the settings to be read again, and would end the process.
            while received == SIGHUP {
                log.warning(
                    event: "hangup",
                    "SIGHUP changes nothing: settings take effect at the next start, certificates and plugins by themselves"
                )
                sigwait(&signals, &received)
            }
            log.info(event: "stopping", "stopping", ["signal": received == SIGTERM ? "SIGTERM" : "SIGINT"])
            // A second signal ends the process at once: nothing that was acknowledged can be lost by that.
            signal(SIGINT, SIG_DFL)
            signal(SIGTERM, SIG_DFL)
            sigdelset(&signals, SIGHUP)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            gateway.stop()
        }
    }
}

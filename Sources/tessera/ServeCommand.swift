import Gateway
import Glibc
import HTTPServer
import Platform
import PluginHost

/// `tessera serve`: the gateway, until SIGTERM or SIGINT.
enum ServeCommand {
    static let usage = """
        usage: tessera serve --data DIR --listen HOST:PORT [--plugins DIR]… [--allow-destination CIDR]… [--setting NAME=VALUE]…
                     [--tls-certificate FILE --tls-key FILE]

          --data DIR                where everything is kept; made when absent
          --listen HOST:PORT        where to listen; port 0 takes a free one
          --plugins DIR             look for plugins here too; may be repeated, later directories win
          --allow-destination CIDR  let deliveries reach this block of internal addresses, such as 127.0.0.0/8; may be
                                    repeated (or TESSERA_ALLOW_DESTINATION, separated by commas)
          --setting NAME=VALUE      a setting of a plugin, such as sync.ca-file=/etc/ssl/own.pem; may be repeated
          --tls-certificate FILE    speak TLS, with this certificate and those above it, in PEM; read again when it changes
          --tls-key FILE            the certificate's private key, in PEM, without a password
          --log-level LEVEL         debug, info (default), warning or error

        Prints "listening on http://HOST:PORT" once it serves (https with TLS). SIGTERM and SIGINT stop it: requests in flight are
        answered, runs commit what they have and go on after the next start.
        """

    static func run(_ arguments: [String]) -> Int32 {
        runCommand("serve", usage: usage) { () throws(Options.Misuse) in
            try Options(
                arguments, single: ["--data", "--listen", "--log-level", "--tls-certificate", "--tls-key"],
                repeatable: ["--plugins", "--allow-destination", "--setting"])
        } _: { options in
            let address = try ListenAddress(options.required("--listen"))
            var configuration = GatewayConfiguration(
                dataDirectory: try options.required("--data"),
                server: ServerConfiguration(host: address.host, port: address.port),
                pluginDirectories: Installation.pluginDirectories + options.all("--plugins"))
            configuration.allowedDestinations = try allowedDestinations(options)
            configuration.pluginSettings = try settings(options)
            configuration.server.tls = try tls(options)
            configuration.version = Version.text
            configuration.hostProgram = try Installation.requiredPluginHost()
            configuration.watchesPlugins = true
            let clock = SystemClock()
            let log = Log(level: try level(options["--log-level"]), clock: clock)
            // Blocked before any thread begins, so that they all leave these to `sigwait` below.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGINT)
            sigaddset(&signals, SIGTERM)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            Heaps.limitToProcessors()
            PluginHost.prepareProcess()
            let gateway = GatewayServer(configuration: configuration, clock: clock, log: log)
            let port = try gateway.start()
            Terminal.print(
                "listening on \(configuration.server.tls == nil ? "http" : "https")://\(address.shown(port: port))")
            var received: Int32 = 0
            sigwait(&signals, &received)
            log.info("stopping", ["signal": received == SIGTERM ? "SIGTERM" : "SIGINT"])
            // A second signal ends the process at once: nothing that was acknowledged can be lost by that.
            signal(SIGINT, SIG_DFL)
            signal(SIGTERM, SIG_DFL)
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            gateway.stop()
        }
    }

    private static func level(_ text: String?) throws(Options.Misuse) -> Log.Level {
        switch text {
        case nil, "info": .info
        case "debug": .debug
        case "warning": .warning
        case "error": .error
        default: throw Options.Misuse(message: "--log-level must be debug, info, warning or error")
        }
    }

    private static func tls(_ options: Options) throws(Options.Misuse) -> TLSFiles? {
        switch (options["--tls-certificate"], options["--tls-key"]) {
        case (nil, nil): nil
        case (let certificate?, let key?): TLSFiles(certificate: certificate, key: key)
        default: throw Options.Misuse(message: "--tls-certificate and --tls-key belong together")
        }
    }

    private static func settings(_ options: Options) throws(Options.Misuse) -> [String: String] {
        var settings: [String: String] = [:]
        for text in options.all("--setting") {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw Options.Misuse(message: "--setting takes NAME=VALUE, not '\(text)'")
            }
            let name = String(text[..<equals])
            guard name.contains("."), name != "allow-destination" else {
                throw Options.Misuse(message: "'\(name)' is no setting of a plugin: those have a dot, as sync.ca-file")
            }
            settings[name] = String(text[text.index(after: equals)...])
        }
        return settings
    }

    /// A block that is mistyped shows here, not in the middle of the night.
    private static func allowedDestinations(_ options: Options) throws(Options.Misuse) -> [String] {
        var blocks = options.all("--allow-destination")
        if let text = getenv("TESSERA_ALLOW_DESTINATION") {
            blocks += String(cString: text).split(separator: ",").map(String.init)
        }
        return try blocks.map { block throws(Options.Misuse) in
            let block = String(block.filter { $0 != " " })
            guard isAddressBlock(block) else {
                throw Options.Misuse(message: "'\(block)' is no block of addresses such as 127.0.0.0/8 or fd00::/8")
            }
            return block
        }
    }

    private static func isAddressBlock(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        for (family, bits) in [(AF_INET, 32), (AF_INET6, 128)] where inet_pton(family, String(parts[0]), &address) == 1
        {
            return parts.count == 1 || Int(parts[1]).map { (0...bits).contains($0) } ?? false
        }
        return false
    }
}

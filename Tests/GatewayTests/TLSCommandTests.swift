import Platform
import Testing
import TestSupport

/// A gateway that speaks TLS, and the commands that call it.
@Suite struct TLSCommandTests {
    private let certificates: Certificates
    private let gateway: GatewayProcess
    private let key: String

    init() throws {
        certificates = try Certificates()
        let files = try certificates.make("own")
        gateway = try GatewayProcess(
            plugins: [], arguments: ["--tls-certificate", files.certificate, "--tls-key", files.key])
        key = certificates.path("operator.key")
        try Files.write(Array(try gateway.createKey().utf8), to: key)
    }

    private func list(from host: String = "127.0.0.1", trusting more: [String]) throws -> (
        status: Int32, errors: String
    ) {
        let url = "https://\(host):\(gateway.port)"
        let result = try GatewayProcess.run(["plugin", "list", "--url", url, "--key-file", key] + more)
        return (result.status, result.errors)
    }

    @Test func theGatewayAnswers() throws {
        let health = try Tool(
            "curl", "-sS", "--cacert", certificates.path("own.pem"), "-o", "/dev/null", "-w", "%{http_code}",
            "https://127.0.0.1:\(gateway.port)/healthz")
        #expect(health.output == "200", "\(health.errors)")
    }

    @Test func commandsAcceptWhatTheyAreToldToTrust() throws {
        let told = try list(trusting: ["--ca-file", certificates.path("own.pem")])
        #expect(told.status == 0, "\(told.errors)")
    }

    @Test func commandsRefuseStrangers() throws {
        try certificates.make("other")
        for trusted in [[], ["--ca-file", certificates.path("other.pem")]] {
            let refused = try list(trusting: trusted)
            #expect(refused.status == 1 && refused.errors.contains("--ca-file"), "\(refused.errors)")
        }
        // The certificate is for 127.0.0.1.
        let named = try list(from: "localhost", trusting: ["--ca-file", certificates.path("own.pem")])
        #expect(named.status == 1 && named.errors.contains("mismatch"), "\(named.errors)")
    }

    @Test func oneFileAloneIsAMistake() throws {
        let result = try GatewayProcess.run([
            "serve", "--data", "/nowhere", "--listen", "127.0.0.1:0", "--tls-key", "/nowhere/key",
        ])
        #expect(result.status == 2 && result.errors.contains("belong together"), "\(result.errors)")
    }
}

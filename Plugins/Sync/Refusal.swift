/// Why a request was not sent; the connector gets it as `TESSERA_TRANSPORT_REFUSED`. The message holds no secret.
struct Refusal: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

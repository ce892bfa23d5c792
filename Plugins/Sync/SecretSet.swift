import CCurl
import CTessera
import Outbound
import TesseraPluginKit

/// The secrets of one destination, the tokens that stand for them, and the origins that they may go to. Borrows from the
/// destination: not for use after its `release`. One thread at a time.
final class SecretSet {
    private struct Secret {
        var token: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
    }
    private let secrets: [Secret]
    private let origins: [String]
    /// Made when the first text is to be kept.
    private lazy var needles = SecretNeedles(
        tokens: secrets.map { Array($0.token) }, values: secrets.map { Array($0.value) })
    private var url: ResolvedURL?
    private var signer: (tokens: [[UInt8]], signer: WebhookSigner)?

    init(_ destination: UnsafePointer<tessera_destination>) {
        let lent = destination.pointee
        secrets = UnsafeBufferPointer(start: lent.secrets, count: lent.secrets == nil ? 0 : lent.secret_count)
            .map { Secret(token: $0.token.bytes, value: $0.value.bytes) }
            .filter { !$0.token.isEmpty }
        origins = UnsafeBufferPointer(start: lent.origins, count: lent.origins == nil ? 0 : lent.origin_count)
            .compactMap { ResolvedURL.origin(of: $0.bytes.map { CChar(bitPattern: $0) } + [0]) }
    }

    /// The URL with its secrets in place. The last one is kept: most requests of a destination go to one URL.
    func resolve(_ text: tessera_str) throws(Refusal) -> ResolvedURL {
        if let url, url.raw.count == text.length, url.raw.elementsEqual(text.bytes) { return url }
        let buffer = ByteBuffer(capacity: text.length + 64)
        let hasSecret = append(text.bytes, to: buffer)
        let resolved = try ResolvedURL(raw: text.bytes, resolved: buffer.bytes, hasSecret: hasSecret)
        url = resolved
        return resolved
    }

    /// Throws unless secrets may go where the URL leads.
    func checkOrigin(of url: ResolvedURL) throws(Refusal) {
        if origins.contains(url.origin) { return }
        throw Refusal(
            "the request goes to \(url.origin), but this destination's secrets are for "
                + (origins.isEmpty ? "no origin at all" : origins.joined(separator: ", ")) + " only: it was not sent")
    }

    /// Appends text, the secrets in the places of their tokens. True when there was one.
    func append(_ text: UnsafeRawBufferPointer, to buffer: ByteBuffer) -> Bool {
        guard !secrets.isEmpty, var start = text.baseAddress else {
            buffer.append(text)
            return false
        }
        var left = text.count
        var found = false
        while left > 0 {
            // The leftmost token in what is left; tokens are random, so none lies inside another.
            var first: (place: UnsafeRawPointer, secret: Secret)?
            for secret in secrets {
                guard
                    let place = SecretSet.place(
                        of: secret.token, in: UnsafeRawBufferPointer(start: start, count: left))
                else { continue }
                if first.map({ place < $0.place }) ?? true { first = (place, secret) }
            }
            guard let first else { break }
            buffer.append(UnsafeRawBufferPointer(start: start, count: first.place - start))
            buffer.append(first.secret.value)
            left -= first.place - start + first.secret.token.count
            start = first.place + first.secret.token.count
            found = true
        }
        buffer.append(UnsafeRawBufferPointer(start: start, count: left))
        return found
    }

    /// The signer for a request's `signing_tokens`.
    func signer(for tokens: UnsafeBufferPointer<tessera_str>) throws(Refusal) -> WebhookSigner {
        if let signer, signer.tokens.count == tokens.count,
            zip(signer.tokens, tokens).allSatisfy({ $0.elementsEqual($1.bytes) })
        {
            return signer.signer
        }
        guard (1...2).contains(tokens.count) else { throw Refusal("a signed request needs one or two signing secrets") }
        var values: [[UInt8]] = []
        for token in tokens {
            guard let secret = secrets.first(where: { $0.token.elementsEqual(token.bytes) }) else {
                throw Refusal("the request names a signing secret that this destination does not have: set it again")
            }
            values.append(Array(secret.value))
        }
        do {
            let made = try WebhookSigner(secrets: values)
            signer = (tokens.map { Array($0.bytes) }, made)
            return made
        } catch {
            throw Refusal("a signing secret does not have the form whsec_ and base64: set it again")
        }
    }

    /// Text for people and the store, with stars for tokens and for what an answer may repeat of the secrets; nil when
    /// nothing is to be hidden.
    /// - Parameter isCut: whether something came after the text: the beginning of a secret at its end is dropped.
    func redact(_ text: UnsafeRawBufferPointer, isCut: Bool = false) -> [UInt8]? {
        secrets.isEmpty ? nil : needles.redact(text, isCut: isCut)
    }

    private static func place(of part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
        guard let start = text.baseAddress, let needle = part.baseAddress else { return nil }
        return memmem(start, text.count, needle, part.count).map { UnsafeRawPointer($0) }
    }
}

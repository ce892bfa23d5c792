import CCurl
import CTessera
import TesseraPluginKit

/// A request's URL with its secrets in place, checked and taken apart by libcurl itself, so that what is judged is what
/// will be connected to.
final class ResolvedURL {
    /// As the connector wrote it.
    let raw: [UInt8]
    /// With secrets, as libcurl gets it.
    let text: [CChar]
    /// `https://host:port`, in lower case.
    let origin: String
    let hasSecret: Bool

    init(raw: UnsafeRawBufferPointer, resolved: UnsafeRawBufferPointer, hasSecret: Bool) throws(Refusal) {
        guard resolved.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw Refusal("the URL contains a space or control character: encode it in the destination's config")
        }
        self.raw = Array(raw)
        self.hasSecret = hasSecret
        text = resolved.map { CChar(bitPattern: $0) } + [0]
        guard let origin = ResolvedURL.origin(of: text) else {
            throw Refusal("the URL is not a valid http or https URL: correct it in the destination's config")
        }
        self.origin = origin
    }

    /// The origin of an http or https URL; nil for anything else. `text` ends with a NUL.
    static func origin(of text: [CChar]) -> String? {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
            let scheme = part(CURLUPART_SCHEME, of: url), scheme == "http" || scheme == "https",
            let host = part(CURLUPART_HOST, of: url), !host.isEmpty,
            let port = part(CURLUPART_PORT, of: url)
        else { return nil }
        return "\(scheme)://\(host):\(port)"
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text).lowercased()
    }
}

import CCurl
import CTessera
import Glibc
import Outbound
import TesseraPluginKit

/// One easy handle with what a request and its answer need; used again and again. One thread at a time.
final class Slot {
    let easy: UnsafeMutableRawPointer
    /// What libcurl says about a failure; 256 bytes, ends with a NUL.
    let errorText: UnsafeMutablePointer<CChar>

    /// Header lines of the request, each with a NUL, and the list that points into them.
    let lines = ByteBuffer(capacity: 1024)
    var lineStarts: [Int] = []
    var list: UnsafeMutablePointer<curl_slist>
    var listCapacity = 16
    var url: ResolvedURL?
    var method: [UInt8] = []

    /// The answer's header block and body, as far as they are kept.
    let head = ByteBuffer(capacity: 1024)
    let body = ByteBuffer(capacity: 1024)
    var bodyWasCut = false
    var headIsWhole = false
    var headWasTooLarge = false
    /// Scratch for the parsed header of an answer.
    var answerHeaders: [tessera_header] = []

    /// What the guard found on the way to a connection.
    let addresses: AddressGuard
    var refusedAddress: String?
    var tookAddress = false

    /// Whether the answer has begun and must keep up its pace.
    private var expectsPace = false
    private let slowSeconds: Int

    /// Whose request is under way.
    var job: Job?
    var request = QueuedRequest()

    /// An event loop's books of sockets; nil for a blocking transfer.
    private let sockets: SocketSet?

    /// - Parameter sockets: must outlive all connections that are made through this handle.
    /// - Throws: `TransportError` when libcurl has no handle to give.
    init(_ limits: SendLimits, sockets: SocketSet?) throws(TransportError) {
        guard let easy = curl_easy_init() else { throw TransportError("libcurl has no handle to give: out of memory") }
        self.easy = easy
        addresses = limits.addresses
        self.sockets = sockets
        slowSeconds = limits.slowSeconds
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        list = .allocate(capacity: listCapacity)
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = tessera_curl_setopt_ptr(easy, CURLOPT_PRIVATE, this)
        _ = tessera_curl_setopt_ptr(easy, CURLOPT_ERRORBUFFER, errorText)
        for (option, value) in [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)), (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout), (CURLOPT_TIMEOUT_MS, limits.totalTimeout),
            // A name is looked up anew at least so often, also under steady load.
            (CURLOPT_MAXLIFETIME_CONN, 600), (CURLOPT_DNS_CACHE_TIMEOUT, limits.nameSeconds),
            // A look-up that is given up ends on its own thread: libcurl would hold up the loop, and all others, for its end.
            (CURLOPT_QUICK_EXIT, 1),
        ] { _ = tessera_curl_setopt_long(easy, option, value) }
        _ = tessera_curl_setopt_str(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        if let authorities = limits.authorities { _ = tessera_curl_setopt_str(easy, CURLOPT_CAINFO, authorities) }
        // No proxy, whatever the environment says: the guard must see the real address.
        _ = tessera_curl_setopt_str(easy, CURLOPT_PROXY, "")
        _ = tessera_curl_setopt_str(easy, CURLOPT_USERAGENT, "Tessera/1")
        tessera_curl_on_data(
            easy, { bytes, size, count, slot in Slot.from(slot)?.received(head: bytes, size * count) ?? 0 },
            { bytes, size, count, slot in Slot.from(slot)?.received(body: bytes, size * count) ?? 0 }, this)
        // A connection outlives the transfer that made it, and may the handle: its end is told to the books alone.
        tessera_curl_on_socket(
            easy, { slot, _, address in Slot.from(slot)?.openSocket(address) ?? -1 }, this,
            { sockets, descriptor in
                if let sockets { Unmanaged<SocketSet>.fromOpaque(sockets).takeUnretainedValue().closed(descriptor) }
                return close(descriptor)
            }, sockets.map { Unmanaged.passUnretained($0).toOpaque() })
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
        list.deallocate()
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> Slot? {
        pointer.map { Unmanaged<Slot>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Called with each address that libcurl is about to connect to.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address, let target = tessera_curl_address(address), let ip = IPAddress(socket: target) else {
            refusedAddress = "the address is neither IPv4 nor IPv6"
            return -1
        }
        if let kind = addresses.refusal(ip) {
            refusedAddress =
                "\(ip) is \(kind): the gateway does not deliver to it unless its operator allows it "
                + "(serve --allow-destination)"
            return -1
        }
        tookAddress = true
        let descriptor = tessera_curl_open(address)
        if descriptor >= 0 { sockets?.opened(descriptor) }
        return descriptor
    }

    private func received(head bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let line = UnsafeRawBufferPointer(start: bytes, count: count)
        // Each status line begins a new answer: those of 1xx go before the real one.
        if line.starts(with: "HTTP/".utf8) {
            head.clear()
            headIsWhole = false
            // From the first byte of an answer on it must come at a pace. Before, a slow thinker has the whole time.
            expectPace(true)
        }
        if count <= 2, line.last == 0x0A { headIsWhole = true }
        guard head.count + count <= SendLimits.answerBytes else {
            headWasTooLarge = true
            return 0
        }
        head.append(line)
        return count
    }

    /// Whether an answer of less than 50 bytes a second for 10 seconds is given up.
    func expectPace(_ isExpected: Bool) {
        if isExpected == expectsPace { return }
        expectsPace = isExpected
        _ = tessera_curl_setopt_long(easy, CURLOPT_LOW_SPEED_LIMIT, isExpected ? SendLimits.slowestBytes : 0)
        _ = tessera_curl_setopt_long(easy, CURLOPT_LOW_SPEED_TIME, isExpected ? slowSeconds : 0)
    }

    private func received(body bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let room = SendLimits.answerBytes - body.count
        body.append(UnsafeRawBufferPointer(start: bytes, count: min(room, count)))
        if count <= room { return count }
        bodyWasCut = true
        return 0
    }
}

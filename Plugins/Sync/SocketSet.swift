import CCurl
import Glibc

/// The sockets that libcurl waits for, in epoll. One thread.
///
/// A kept connection is given up and wanted again with every request. Its socket therefore stays in epoll until it is
/// closed or becomes ready while nobody wants it: two system calls less for each request.
final class SocketSet {
    private struct Entry {
        /// What epoll watches for; 0 when the socket is not in it.
        var watched: UInt32 = 0
        /// What libcurl waits for.
        var wanted: UInt32 = 0
        /// Opened by our callback, so that its end is told to us.
        var isOurs = false
    }
    private let epoll = tessera_epoll_create()
    private var entries: [Entry] = []
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: 256)

    private static let readable = EPOLLIN.rawValue
    private static let writable = EPOLLOUT.rawValue

    deinit {
        events.deallocate()
        if epoll >= 0 { close(epoll) }
    }

    /// Watches a descriptor of our own for reading, for good.
    func watch(_ descriptor: Int32) -> Bool {
        guard epoll >= 0, descriptor >= 0 else { return false }
        reserve(descriptor)
        entries[Int(descriptor)].wanted = SocketSet.readable
        set(descriptor)
        return entries[Int(descriptor)].watched != 0
    }

    /// A socket that libcurl got from us: what was known of that number is void.
    func opened(_ descriptor: Int32) {
        reserve(descriptor)
        entries[Int(descriptor)] = Entry(watched: 0, wanted: 0, isOurs: true)
    }

    /// Closing takes a socket out of epoll.
    func closed(_ descriptor: Int32) {
        reserve(descriptor)
        entries[Int(descriptor)] = Entry()
    }

    /// libcurl's wish for a socket: one of `CURL_POLL_…`.
    func change(_ descriptor: Int32, _ what: Int32) {
        reserve(descriptor)
        let index = Int(descriptor)
        switch what {
        case CURL_POLL_IN: entries[index].wanted = SocketSet.readable
        case CURL_POLL_OUT: entries[index].wanted = SocketSet.writable
        case CURL_POLL_INOUT: entries[index].wanted = SocketSet.readable | SocketSet.writable
        default: entries[index].wanted = 0
        }
        let entry = entries[index]
        if entry.isOurs, entry.wanted == 0 || entry.wanted == entry.watched { return }
        set(descriptor)
    }

    /// Waits and tells each ready socket, with `CURL_CSELECT_…` bits.
    func wait(milliseconds: Int32, _ body: (Int32, Int32) -> Void) {
        let count = epoll_wait(epoll, events, 256, milliseconds)
        for index in 0..<Int(max(0, count)) {
            let descriptor = tessera_epoll_fd(events + index)
            let flags = tessera_epoll_events(events + index)
            if entries[Int(descriptor)].wanted == 0 {
                // A kept connection was closed by its peer: libcurl finds out when it wants to use it.
                set(descriptor)
                continue
            }
            var ready: Int32 = 0
            if flags & (SocketSet.readable | EPOLLHUP.rawValue) != 0 { ready |= CURL_CSELECT_IN }
            if flags & SocketSet.writable != 0 { ready |= CURL_CSELECT_OUT }
            if flags & EPOLLERR.rawValue != 0 { ready |= CURL_CSELECT_ERR }
            body(descriptor, ready)
        }
    }

    /// Makes epoll watch for what is wanted. The books may be wrong about sockets that libcurl opened itself: then the
    /// other operation is the right one.
    private func set(_ descriptor: Int32) {
        let index = Int(descriptor)
        let entry = entries[index]
        if entry.wanted == 0 {
            _ = tessera_epoll_set(epoll, EPOLL_CTL_DEL, descriptor, 0)
            entries[index].watched = 0
            return
        }
        let first = entry.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        let second = entry.watched == 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if tessera_epoll_set(epoll, first, descriptor, entry.wanted) == 0
            || tessera_epoll_set(epoll, second, descriptor, entry.wanted) == 0
        {
            entries[index].watched = entry.wanted
        }
    }

    private func reserve(_ descriptor: Int32) {
        while entries.count <= Int(descriptor) { entries.append(Entry()) }
    }
}

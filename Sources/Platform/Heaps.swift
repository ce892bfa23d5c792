import CPlatform
import Glibc

/// The heaps that glibc's `malloc` keeps for the threads of this process (`mallopt(3)`, M_ARENA_MAX).
public enum Heaps {
    /// At most one heap a processor, of at least two. glibc's own limit is eight a processor: each of many threads that
    /// work in turn then keeps what its own busiest moment took, and memory grows with the number of threads that ever
    /// worked, not with the work. No more threads than processors allocate at once.
    ///
    /// To be called once, before the process starts threads.
    public static func limitToProcessors() {
        tessera_limit_arenas(Int32(clamping: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }

    /// Bytes that this process has allocated and not freed, in all heaps and in blocks of their own (`mallinfo2(3)`). The
    /// resident memory is more: freed memory stays with a heap for what comes next. Any thread.
    public static var used: Int {
        let info = mallinfo2()
        return info.uordblks + info.hblkhd
    }
}

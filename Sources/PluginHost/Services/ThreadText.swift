import CTessera
import Glibc

/// Text that a service returns: it stays until the same thread gets the next one, so that the caller has time to copy it.
public enum ThreadText {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { text in
            if let text { Unmanaged<LentText>.fromOpaque(text).release() }
        }
        return key
    }()

    public static func lend(_ string: String) -> tessera_str {
        if let last = pthread_getspecific(key) { Unmanaged<LentText>.fromOpaque(last).release() }
        let text = LentText(string)
        pthread_setspecific(key, Unmanaged.passRetained(text).toOpaque())
        return text.text
    }
}

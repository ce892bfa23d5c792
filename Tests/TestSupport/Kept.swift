import Platform

/// Objects that live as long as the process, since a plugin, which is never unmapped, may touch them until then. LeakSanitizer finds
/// them here.
public enum Kept {
    private static let objects = Monitor<[AnyObject]>([])

    public static func keep(_ object: AnyObject) { objects.withLock { $0.append(object) } }
}

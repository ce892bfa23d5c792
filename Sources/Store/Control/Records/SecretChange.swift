/// What an update does to one secret of a destination. A secret that is not mentioned stays.
public enum SecretChange: Sendable, Hashable {
    case set([UInt8])
    case clear
}

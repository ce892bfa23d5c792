/// A part of a list, as `?page=` and `?page_size=` ask for it.
public struct Page: Sendable, Hashable {
    public static let defaultSize = 20
    public static let maxSize = 100

    /// Counts from 1.
    public var number: Int
    public var size: Int

    /// A page number below 1 is 1; the size is held between 1 and `maxSize`.
    public init(number: Int = 1, size: Int = Page.defaultSize) {
        self.number = max(1, number)
        self.size = min(max(1, size), Page.maxSize)
    }

    var offset: Int {
        let (product, overflow) = (number - 1).multipliedReportingOverflow(by: size)
        return overflow ? Int.max : product
    }
}

/// The part of a list that was asked for.
public struct Listing<Item: Sendable>: Sendable {
    public var items: [Item]
    /// How many there are in all; of a list by places, how many are here.
    public var total: Int
    /// Where a list by places goes on; nil at its end.
    public var next: ListPlace?

    public init(items: [Item], total: Int, next: ListPlace? = nil) {
        self.items = items
        self.total = total
        self.next = next
    }
}

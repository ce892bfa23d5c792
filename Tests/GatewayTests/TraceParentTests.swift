import HTTPServer
import Testing

@testable import Gateway

@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(arguments: [
        "00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00", "00-\(trace)-\(span)-ff", "01-\(trace)-\(span)-01",
        "01-\(trace)-\(span)-01-more", "cc-\(trace)-\(span)-01-",
    ])
    func wellFormed(text: String) throws {
        let parent = try #require(TraceParent(HTTPHeaders([("Traceparent", text)])))
        #expect(parent.traceID == Self.trace && parent.spanID == Self.span)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-0", "00-\(trace)-\(span)-01-", "00-\(trace)-\(span)-01-x",
        "00-\(trace)-\(span)-011", "ff-\(trace)-\(span)-01", "01-\(trace)-\(span)-01x", "0-\(trace)-\(span)-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)-\(span)-0G",
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00_\(trace)_\(span)_01", "00-\(trace)-00f067aa-ba902b7-01", "00-\(trace) -\(span)-01",
        "é0-\(trace)-\(span)-01",
    ])
    func anythingElseIsNotThere(text: String) { #expect(TraceParent(HTTPHeaders([("traceparent", text)])) == nil) }

    @Test func severalAreNone() {
        let text = "00-\(Self.trace)-\(Self.span)-01"
        #expect(TraceParent(HTTPHeaders([("traceparent", text), ("traceparent", text)])) == nil)
    }
}

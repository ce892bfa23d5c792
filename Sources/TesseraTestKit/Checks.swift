import CTesseraTest
import Glibc

/// Checks for a test that is a program of its own. Within a test framework use that one's.
public enum Checks {
    /// Tells a condition that does not hold, or throws, with its place. One thread.
    /// - Returns: whether it holds.
    @discardableResult
    public static func check(
        _ condition: @autoclosure () throws -> Bool, _ what: String = "check", file: String = #fileID,
        line: Int = #line
    ) -> Bool {
        let (holds, message): (Bool, String)
        do {
            (holds, message) = (try condition(), what)
        } catch {
            (holds, message) = (false, "\(what): \(error)")
        }
        return tessera_test_check(holds ? 1 : 0, message, file, Int32(clamping: line)) != 0
    }

    /// Tells how it went and ends the program: exit status 0 when every check held.
    public static func end() -> Never { exit(tessera_test_result()) }
}

import CTessera
import Journeys

/// A `tessera_open_call` and the problems told through it.
final class OpenCall {
    private static let maxProblems = 100
    private(set) var problems: [Problem] = []

    /// Runs a plugin's `open` with a call to tell problems by. Returns its status; `problems` has what it told.
    func run(workspaceID: String, ownerID: String, _ open: (UnsafePointer<tessera_open_call>) -> Int32) -> Int32 {
        workspaceID.withBorrowed { workspace in
            ownerID.withBorrowed { owner in
                var call = tessera_open_call(
                    size: UInt32(MemoryLayout<tessera_open_call>.size), flags: 0,
                    context: Unmanaged.passUnretained(self).toOpaque(), workspace_id: workspace, owner_id: owner,
                    problem: { call, pointer, message in
                        guard let context = call?.pointee.context else { return }
                        Unmanaged<OpenCall>.fromOpaque(context).takeUnretainedValue().tell(
                            String(borrowed: pointer, limit: 1024), String(borrowed: message, limit: 4096))
                    })
                return open(&call)
            }
        }
    }

    private func tell(_ pointer: String, _ message: String) {
        guard problems.count < Self.maxProblems else { return }
        problems.append(Problem(pointer: pointer, message: message))
    }
}

/// What `tessera plugin check` holds a plugin to. The raw value is the rule's stable name in `--json`.
public enum CheckRule: String, Sendable, Hashable, CaseIterable {
    // The file and its tables.
    case elf
    case oneExport = "one-export"
    case executableStack = "executable-stack"
    case tables
    case tablesStable = "tables-stable"
    case unknownInterface = "unknown-interface"
    case examples
    // Whatever is called.
    case noCrash = "no-crash"
    case lentConst = "lent-memory-const"
    case lentKept = "lent-memory-kept"
    case lentBounds = "lent-memory-bounds"
    // Opening.
    case exampleOpens = "example-opens"
    case refusalSaysWhy = "refusal-says-why"
    case problemRefuses = "problem-refuses"
    case problemPointer = "problem-pointer"
    case problemText = "problem-text"
    case schemaAgrees = "schema-agrees"
    case names
    // Running.
    case runStatus = "run-status"
    case rowsReported = "rows-reported"
    case rowRange = "row-range"
    case branchRange = "branch-range"
    case outcomeKind = "outcome-kind"
    case outcomeTime = "outcome-time"
    case outcomeFlags = "outcome-flags"
    case outcomeError = "outcome-error"
    case reportedOnce = "reported-once"
    case reportAfterEnd = "report-after-end"
    case doneOnce = "done-once"
    case dryRun = "dry-run"
    case sameOutcomes = "same-outcomes"
    case threads
    // Connectors.
    case rowInOneRequest = "row-in-one-request"
    case request
    case tokens
    case sameRequests = "same-requests"
    case classified
    // Over time.
    case memory
    case threadsLeft = "threads-left"
    case filesLeft = "files-left"

    /// Whether a plugin that breaks the rule is wrong, or only better without it.
    public var isError: Bool {
        switch self {
        case .executableStack, .examples, .schemaAgrees, .outcomeFlags, .outcomeError, .reportedOnce, .sameOutcomes,
            .classified, .filesLeft, .unknownInterface:
            false
        default: true
        }
    }

    /// What a report says of a plugin that keeps the rule.
    var kept: String {
        switch self {
        case .elf: "a shared object for this machine"
        case .oneExport: "exports tessera_plugin_v1 and nothing else"
        case .executableStack: "needs no executable stack"
        case .tables: "tables, sizes, flags, schemas and marks are right"
        case .tablesStable: "gives the same tables each time"
        case .unknownInterface: "answers null for interfaces that it does not have"
        case .examples: "every type's schema has an example"
        case .noCrash: "came back from every call"
        case .lentConst: "writes to nothing that it was lent"
        case .lentKept: "keeps no pointer that it was lent"
        case .lentBounds: "reads nothing beyond the end of what it was lent"
        case .exampleOpens: "the examples open"
        case .refusalSaysWhy: "a refused config comes with a problem"
        case .problemRefuses: "a config with a problem is refused"
        case .problemPointer: "problems point into the config"
        case .problemText: "problems have a text"
        case .schemaAgrees: "refuses what its schema forbids"
        case .names: "branches and columns are right, and the same each time"
        case .runStatus: "run returns 0"
        case .rowsReported: "every row is reported"
        case .rowRange: "reports rows of the batch only"
        case .branchRange: "reports its own branches only"
        case .outcomeKind: "reports kinds of outcome that exist"
        case .outcomeTime: "waits and retries lie in the future"
        case .outcomeFlags: "flags of outcomes are right"
        case .outcomeError: "failures and retries say why"
        case .reportedOnce: "reports each row once"
        case .reportAfterEnd: "reports nothing after its call has ended"
        case .doneOnce: "calls done exactly once"
        case .dryRun: "hands what it would send to record, in dry runs only"
        case .sameOutcomes: "gives the same batch the same outcomes"
        case .threads: "four threads get what one gets"
        case .rowInOneRequest: "puts each row into exactly one request"
        case .request: "requests have a method, an http or https URL and clean headers"
        case .tokens: "puts tokens into header values and URLs only"
        case .sameRequests: "makes the same requests of the same batch"
        case .classified: "classifies every row of a request, whatever the answer"
        case .memory: "uses no more memory as time goes by"
        case .threadsLeft: "leaves no thread behind after retire"
        case .filesLeft: "leaves no file descriptor open after retire"
        }
    }
}

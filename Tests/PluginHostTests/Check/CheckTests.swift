import Foundation
import Journeys
import Platform
import PluginHost
import TestSupport
import Testing

/// `tessera plugin check` over bad plugins, one for each rule: the rule is found broken, in words, and a good plugin keeps
/// them all.
struct CheckTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let rule: CheckRule
        let defines: [String: String]
        /// Part of the finding's message.
        let message: String
        var testDescription: String { "\(rule.rawValue): \(message)" }

        /// Where it is found.
        let section: String

        init(
            _ rule: CheckRule, in section: String? = nil, _ defines: [String: String], _ message: String
        ) {
            self.rule = rule
            self.section =
                switch rule {
                case _ where section != nil: section ?? ""
                case .unknownInterface, .examples: "tables"
                case .refusalSaysWhy, .problemRefuses, .problemPointer, .problemText, .schemaAgrees, .exampleOpens,
                    .noCrash:
                    "open"
                case .threads: "threads"
                case .memory: "memory"
                case .threadsLeft, .filesLeft: "life"
                case .rowInOneRequest, .request, .tokens, .sameRequests: "build"
                case .classified: "classify"
                default: "run"
                }
            self.defines = defines
            self.message = message
        }
    }

    static let cases = [
        Case(.unknownInterface, ["ANY_INTERFACE": "1"], "answer null to ids that you don't know"),
        Case(.examples, ["SCHEMA": #""{\"type\":\"object\"}""#], "has no examples"),

        Case(
            .refusalSaysWhy, ["OPEN": "if(config.length==2)return 4"],
            "refused an empty config with status 4 and no problem"),
        Case(
            .problemRefuses,
            ["OPEN": #"if(config.length==2){call->problem(call,tessera_literal(""),tessera_literal("no"));return 0;}"#],
            "told a problem of an empty config (no) and returned 0"),
        Case(
            .problemPointer,
            [
                "OPEN":
                    #"if(config.length==2){call->problem(call,tessera_literal("n"),tessera_literal("no"));return 1;}"#
            ],
            "points to \"n\", which is no place in the config"),
        Case(
            .problemText,
            ["OPEN": #"if(config.length==2){call->problem(call,tessera_literal("/n"),tessera_literal(""));return 1;}"#],
            "at \"/n\" has no text"),
        Case(.schemaAgrees, ["OPEN": "return 0"], "open took an empty config, but its schema requires fields"),
        Case(
            .exampleOpens,
            ["OPEN": #"call->problem(call,tessera_literal(""),tessera_literal("never"));return 1"#],
            "example 1 does not open: never"),
        Case(.noCrash, ["OPEN": "if(config.length==2)abort()"], "crashed with signal 6 (abort) (open an empty config)"),
        Case(.noCrash, ["OPEN": "if(config.length==2)for(;;)pause()"], "hangs: no sign of life"),
        Case(
            .noCrash, ["OPEN": "if(config.length==2)exit(0)"], "ended the process with status 0 (open an empty config)"),
        Case(
            .lentBounds, in: "open", ["OPEN": "if(config.length>0&&strlen(config.data)==3)return 1"],
            "read beyond the end of the config"),
        Case(
            .lentKept, ["OPEN": "kept=config.data", "RUN": "if(*(const char*)kept=='x')return 1"],
            "used the config after the call that lent it had returned"),

        Case(.runStatus, ["AFTER": "if(batch->length==7)return 3"], "run returned 3 for a batch of 7 rows"),
        Case(.rowsReported, ["ROW": "if(row==5)continue"], "were not reported, the first is row 5"),
        Case(.rowRange, ["ROW": "if(row==5)o.row=7000000"], "reported row 7000000"),
        Case(.branchRange, ["ROW": "if(row==5)o.branch=9"], "reported branch 9 for row 5"),
        Case(.outcomeKind, ["ROW": "if(row==5)o.kind=77"], "reported the unknown kind 77 for row 5"),
        Case(
            .outcomeTime, ["ROW": "if(row==5){o.kind=TESSERA_WAIT;o.time_us=call->now_us;}"],
            "which is not after the call's now_us"),
        Case(.outcomeFlags, ["ROW": "o.flags=1"], "only NOT_ATTEMPTED exists, with RETRY"),
        Case(.outcomeError, ["ROW": "if(row==5)o.kind=TESSERA_FAIL"], "of row 5 of"),
        Case(
            .reportedOnce, ["ROW": "if(row==5)call->report(call,&o,1)"],
            "were reported more than once, the first is row 5"),
        Case(.doneOnce, ["AFTER": "call->done(call)"], "the type is not ASYNC: returning is done"),
        Case(
            .doneOnce, ["FLAGS": "TESSERA_TILE_ASYNC", "AFTER": "call->done(call);call->done(call)"],
            "done was called 2 times"),
        Case(
            .doneOnce, ["FLAGS": "TESSERA_TILE_ASYNC", "AFTER": "if(batch->length!=7)call->done(call)"],
            "done was not called for a batch of 7 rows"),
        Case(
            .reportAfterEnd,
            [
                "FLAGS": "TESSERA_TILE_ASYNC",
                "AFTER": "call->done(call);{tessera_outcome x={0,5,0,0,0,NULL};call->report(call,&x,1);}",
            ], "after the call had ended"),
        Case(
            .lentKept, ["AFTER": "if(batch->length==7)thread(late,call)"], "used the call after the call that lent it"),
        Case(
            .lentKept, ["RUN": "if(kept&&((const struct ArrowArray*)kept)->length==3)return 1;kept=batch"],
            "used the batch after the call that lent it had returned"),
        Case(
            .lentConst,
            ["AFTER": "if(batch->length==7)((int64_t*)(uintptr_t)batch->children[1]->buffers[1])[0]=1"],
            "wrote to the batch"),
        Case(
            .lentBounds,
            [
                "AFTER":
                    "if(batch->length==7){kept=batch->children[1]->buffers[1];turns+=((const volatile int64_t*)kept)[7]>0;}"
            ],
            "read beyond the end of the batch"),
        Case(
            .noCrash, in: "run", ["AFTER": "if(batch->length==7)abort()"],
            "crashed with signal 6 (abort) (run a batch of 7 rows"),
        Case(
            .dryRun, ["AFTER": "call->record(call,0,tessera_literal(\"{}\"))"], "which is no dry run"),
        Case(
            .dryRun, ["FLAGS": "(TESSERA_TILE_SIDE_EFFECTS|TESSERA_TILE_DRY_RUN)"],
            "advanced in a dry run without a record"),
        Case(
            .sameOutcomes, ["ROW": "if(++turns%13==0)o.kind=TESSERA_COMPLETE"], "got other outcomes when it came again"),
        Case(
            .threads,
            [
                "FLAGS": "TESSERA_TILE_CONCURRENT",
                "RUN": "turns=(int)batch->length;usleep(100);",
                "ROW": "if(turns!=batch->length)o.kind=TESSERA_COMPLETE",
            ], "got other outcomes on four threads than on one"),
        Case(.memory, ["AFTER": "kept=malloc(600)"], "bytes each"),
        Case(.memory, ["OPEN": "kept=malloc(600)"], "instances opened and closed, and as much again"),
        Case(
            .memory,
            ["AFTER": "if(++turns%64==0){kept=mmap(NULL,65536,3,34,-1,0);memset((void*)(uintptr_t)kept,1,65536);}"],
            "resident memory grew by"),
        Case(
            .doneOnce,
            ["FLAGS": "TESSERA_TILE_ASYNC", "AFTER": "call->done(call);if(batch->length==7)thread(twice,call)"],
            "done was called 2 times"),
        Case(
            .doneOnce,
            [
                "FLAGS": "TESSERA_TILE_ASYNC",
                "AFTER":
                    "if(++turns%2&&batch->length==7&&!kept)kept=call;else{if(kept)((const tessera_call*)kept)->done(kept);kept=NULL;call->done(call);}",
            ], "done was not called for"),
        Case(.threadsLeft, ["START": "thread(idle,NULL)"], "1 threads go on after retire"),
        Case(.filesLeft, ["START": "turns=open(\"/dev/null\",0)"], "1 file descriptors are still open"),
        Case(.noCrash, in: "life", ["RETIRE": "abort()"], "crashed with signal 6 (abort) (retire)"),
        Case(
            .noCrash, in: "bare",
            [
                "START":
                    "turns=(int)((const tessera_settings_service*)host->service(host,TESSERA_SERVICE_SETTINGS))->size"
            ],
            "(start with a host without services)"),

        Case(.rowInOneRequest, ["WITH_CONNECTOR": "1", "REQUEST": "if(row==5)continue"], "are in no request"),
        Case(
            .rowInOneRequest, ["WITH_CONNECTOR": "1", "REQUEST": "if(row==5)call->request(call,&r)"],
            "are in more than one request"),
        Case(
            .rowRange, in: "build", ["WITH_CONNECTOR": "1", "REQUEST": "uint32_t far=99999;if(row==5)r.rows=&far"],
            "named row 99999"),
        Case(
            .request, ["WITH_CONNECTOR": "1", "REQUEST": "r.url=tessera_literal(\"ftp://example.com\")"],
            "is no http or https URL"),
        Case(
            .request, ["WITH_CONNECTOR": "1", "REQUEST": "header.value=tessera_literal(\"a\\r\\nb\")"],
            "has CR, LF or NUL in its value"),
        Case(
            .tokens, ["WITH_CONNECTOR": "1", "REQUEST": "r.body=tessera_literal(instance)"],
            "a token stands in the body"),
        Case(
            .sameRequests,
            ["WITH_CONNECTOR": "1", "REQUEST": "r.body=tessera_literal(++turns%3==0?\"{}\":\"[]\")"],
            "became other requests"),
        Case(
            .noCrash, in: "build", ["WITH_CONNECTOR": "1", "BUILD": "if(batch->length==7)abort()"],
            "crashed with signal 6 (abort) (build a batch of 7 rows"),
        Case(
            .classified, ["WITH_CONNECTOR": "1", "ANSWER": "if(answer->status==503)return 0"],
            "1 of 1 rows were not reported for the answer 503"),
        Case(
            .noCrash, in: "classify", ["WITH_CONNECTOR": "1", "ANSWER": "if(answer->body.length==65536)abort()"],
            "crashed with signal 6 (abort) (classify 200 with a body of 64 KB"),
        Case(
            .lentBounds, in: "classify",
            ["WITH_CONNECTOR": "1", "ANSWER": "if(answer->status==503&&strlen(answer->body.data)==1)return 1"],
            "read beyond the end of the answer"),
    ]

    private func check(_ defines: [String: String], only: Set<String>? = nil) throws -> CheckReport {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let path = directory.path + "/bad.so"
        try CPlugin.build("Tests/PluginHostTests/Check/Bad/bad.c", defines: defines, to: path)
        return try PluginCheck(program: BuiltProducts.pluginHost, file: path, patienceUs: 500_000, only: only).run()
    }

    @Test(arguments: cases)
    func aBrokenRuleIsFound(_ testCase: Case) throws {
        let report = try check(testCase.defines, only: [testCase.section])
        let messages = report.findings.filter { $0.check.rule == testCase.rule }.map(\.check.message)
        #expect(messages.contains { $0.contains(testCase.message) }, "\(report.text)")
        #expect(report.isGood == !testCase.rule.isError || report.findings.contains { $0.check.rule.isError })
    }

    @Test func aGoodPluginKeepsThemAll() throws {
        let report = try check(["WITH_CONNECTOR": "1"])
        #expect(report.isGood, "\(report.text)")
        let kept = Set(report.sections.flatMap(\.checks).filter { $0.result == .passed }.map(\.rule))
        for rule in [CheckRule.lentConst, .lentKept, .lentBounds, .rowsReported, .tokens, .classified, .memory] {
            #expect(kept.contains(rule), "\(rule)")
        }
        #expect(report.json["ok"] == true)
        #expect(report.json["errors"] == 0)
        #expect(report.text.hasSuffix("passed, \(report.count(.warning)) warnings, 0 errors"))
    }
}

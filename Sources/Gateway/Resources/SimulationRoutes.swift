import Engine
import HTTPServer
import Journeys

/// `POST /journeys/{id}/simulate`: what a journey, or a draft of it, would do in the days to come.
enum SimulationRoutes {
    static func simulate(_ call: Call, _ responder: Responder) throws {
        let isStreamed = call.head.wantsLines
        let input = try SimulationInput(call.json(), isStreamed: isStreamed, limits: call.rooms.limits.journey)
        let simulation = try call.rooms.engine.simulation(
            workspaceID: call.workspaceID, journeyID: call.id("journey"), input.request, draft: input.draft)
        let log = call.rooms.log
        let isTaken = call.rooms.simulations.start(call.workspaceID) {
            if isStreamed {
                SimulationStream(responder, log).run(simulation)
            } else {
                answer(simulation, responder) { SimulationStream.known($0, responder, log) }
            }
        }
        guard isTaken else {
            throw APIError(
                429, "too_many_simulations",
                "As many simulations of this workspace, or of all, are under way as may be: wait for one to end",
                headers: [("Retry-After", "5")])
        }
    }

    /// The whole report as one object.
    private static func answer(
        _ simulation: Simulation, _ responder: Responder, _ known: (any Error) -> APIError
    ) {
        var deliveries: [JSON] = []
        do {
            let report = try simulation.run {
                responder.hasPeerEnded
            } deliver: {
                deliveries.append($0.json)
            }
            var members = report.objectValue ?? [:]
            members["deliveries"] = .array(deliveries)
            responder.respond(Reply.json(.object(members)).response)
        } catch {
            responder.respond(known(error).response(requestID: responder.requestID))
        }
    }
}

/// What the body of a call asks to be simulated.
struct SimulationInput {
    private(set) var request: SimulationRequest
    /// Makes the draft of the journey as it is; nil when that is to be simulated.
    private(set) var draft: ((Journey) throws -> Journey)?

    init(_ json: JSON, isStreamed: Bool, limits: JourneyLimits) throws {
        var body = BodyFields(json, known: ["days", "journey", "from", "start", "every", "member", "limit"])
        request = SimulationRequest(days: 1)
        if body["days"] == nil { body.refuseShape("/days", "days is required: a whole number from 1 to 366") }
        request.days = Self.integer(&body, "days", 1...366) ?? 1
        request.deliveries = Self.integer(&body, "limit", 0...10_000) ?? (isStreamed ? .max : 100)
        switch body["from"] {
        case nil, "present": break
        case "empty": request.startsEmpty = true
        default: body.refuse("/from", "from must be \"present\" (with the members inside now) or \"empty\"")
        }
        if let start = body["start"] {
            request.start = start.stringValue.flatMap { Timestamp.parse($0) }
            if request.start == nil { body.refuse("/start", "start must be a time like 2026-01-31T08:00:00Z") }
        }
        if let every = body["every"] {
            if let time = ConfigDuration.microseconds(every), time >= 60_000_000, time <= 366 * 86_400_000_000 {
                request.every = time
            } else {
                body.refuse(
                    "/every", "every must be like {\"duration\": 1, \"unit\": \"days\"}, from a minute to 366 days")
            }
        }
        request.member = body.optional("member", limit: 1 << 20)
        if request.member == "" { body.refuse("/member", "member must not be empty: give a member's key") }
        let journey = body["journey"]
        if let journey, journey.objectValue == nil {
            body.refuseShape("/journey", "journey must be an object with the fields of a PUT, not \(journey.kindName)")
        }
        try body.finish()
        guard let journey else { return }
        draft = { present in
            do throws(JourneyInputError) {
                return try JourneyParser.update(present, with: journey, limits: limits)
            } catch {
                throw error.inside("/journey")
            }
        }
    }

    private static func integer(_ body: inout BodyFields, _ name: String, _ range: ClosedRange<Int64>) -> Int? {
        guard let given = body[name] else { return nil }
        if let value = given.integerValue, range.contains(value) { return Int(value) }
        body.refuse("/" + name, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }
}

extension JourneyInputError {
    /// The same about a journey that stands inside a body.
    fileprivate func inside(_ pointer: String) -> JourneyInputError {
        JourneyInputError(
            status: status, message: message,
            problems: problems.map { Problem(pointer: pointer + $0.pointer, message: $0.message) })
    }
}

extension RequestHead {
    /// Whether the answer may be lines of JSON, and had better be.
    fileprivate var wantsLines: Bool {
        (headers[first: "accept"] ?? "").split(separator: ",").contains { MediaType(String($0)).isNDJSON }
    }
}

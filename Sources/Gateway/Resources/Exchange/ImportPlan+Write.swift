import Engine
import Journeys
import Store

/// Carries an import out: all in one transaction, or nothing.
extension ImportPlan {
    /// While plugins stay.
    func write() throws {
        guard let journey else { return }
        let (others, pen) = (writeOthers, call.pen)
        switch journey.action {
        case .create:
            try call.rooms.control.write { writer in
                try others(writer)
                guard try writer.journeys(workspaceID: journey.record.workspaceID, named: journey.name).isEmpty else {
                    throw Outdated()
                }
                try writer.insertJourney(journey.record)
                try pen.note(AuditChange(.created, .journey, journey.record.id, after: journey.record.json), writer)
            }
        case .update:
            let expected = journey.record
            do {
                try call.rooms.engine.updateWhilePluginsStay(
                    workspaceID: call.workspaceID, journeyID: expected.id, by: call.actor, signed: pen,
                    isExpected: { present in
                        // Also not at work by now, where what it uses was looked at as it is for one that is not.
                        let wasLive = Self.live.contains(expected.status)
                        return present.version == expected.version && Self.live.contains(present.status) == wasLive
                    }, alongside: others, { _ in expected.journey })
            } catch EngineError.changed, EngineError.notFound {
                throw Outdated()
            }
        case .unchanged:
            if model?.isWritten == true || destinations.contains(where: \.isWritten) {
                try call.rooms.control.write(others)
            }
        }
    }

    /// What was found out before was changed by someone faster.
    struct Outdated: Error {}

    private var writeOthers: @Sendable (ControlWriter) throws -> Void {
        let (model, destinations, pen, workspaceID) = (model, destinations, call.pen, call.workspaceID)
        let known = Set(knownDestinations.map(\.id))
        return { writer in
            if let model { try Self.write(model, pen, writer) }
            let made = Set(destinations.filter { $0.action == .create }.map { Array($0.record.name.utf8) })
            if !made.isEmpty {
                let present = try writer.destinations(workspaceID: workspaceID).items
                if present.contains(where: { !known.contains($0.id) && made.contains(Array($0.name.utf8)) }) {
                    throw Outdated()
                }
            }
            for step in destinations { try Self.write(step, pen, writer) }
        }
    }

    private static func write(_ step: Step<ModelRecord>, _ pen: AuditPen, _ writer: ControlWriter) throws {
        let record = step.record
        guard step.action != .create else {
            let models = try writer.models(workspaceID: record.workspaceID).items
            if models.contains(where: { $0.name.utf8.elementsEqual(step.name.utf8) }) { throw Outdated() }
            try writer.insertModel(record)
            return try pen.note(AuditChange(.created, .model, record.id, after: ModelRoutes.json(record)), writer)
        }
        guard let present = try writer.model(workspaceID: record.workspaceID, id: record.id),
            present.version == record.version
        else { throw Outdated() }
        guard step.isWritten else { return }
        let updated = try writer.updateModel(record)
        try pen.note(
            AuditChange(
                .updated, .model, record.id, from: ModelRoutes.json(present), to: ModelRoutes.json(updated)), writer)
    }

    private static func write(_ step: Step<DestinationRecord>, _ pen: AuditPen, _ writer: ControlWriter) throws {
        let record = step.record
        guard step.action != .create else {
            try writer.insertDestination(record, secrets: step.secrets.compactMapValues(\.value))
            let made = try DestinationRoutes.json(record, writer)
            return try pen.note(AuditChange(.created, .destination, record.id, after: made), writer)
        }
        guard let present = try writer.destination(workspaceID: record.workspaceID, id: record.id),
            present.version == record.version
        else { throw Outdated() }
        guard step.isWritten else { return }
        let before = try DestinationRoutes.json(present, writer)
        let updated = try writer.updateDestination(record, secrets: step.secrets)
        guard case .object(var after) = try DestinationRoutes.json(updated, writer) else { return }
        if !step.renewed.isEmpty { after["changed_secrets"] = .array(step.renewed.map { .string($0) }) }
        try pen.note(AuditChange(.updated, .destination, record.id, from: before, to: .object(after)), writer)
    }
}

extension SecretChange {
    fileprivate var value: [UInt8]? {
        if case .set(let secret) = self { return secret }
        return nil
    }
}

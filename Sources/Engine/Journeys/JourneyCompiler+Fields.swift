import Delivery
import Journeys
import PluginHost

extension JourneyCompiler {
    /// Mapped fields that their destination does not have, where its connector says which it has.
    func unknownFields(_ journey: Journey, workspaceID: String, _ catalogue: PluginCatalogue) -> [ValidationError] {
        var errors: [ValidationError] = []
        for (index, tile) in journey.tiles.enumerated() {
            guard let marks = catalogue.tileType(tile.type)?.marks,
                let id = marks.find(.destination, in: tile.config).lazy
                    .compactMap({ $0.value.stringValue.flatMap(UUIDText.normalized) }).first,
                let fields = fields(of: id, workspaceID: workspaceID)
            else { continue }
            for mapping in marks.find(.fieldMapping, in: tile.config) {
                for (place, element) in (mapping.value.arrayValue ?? []).enumerated() {
                    guard let field = element["destination_field"]?.stringValue, !isKnown(field, fields) else {
                        continue
                    }
                    let pointer = "\(mapping.pointer)/\(place)/destination_field"
                    errors.append(
                        ValidationError(
                            message: "Tile '\(tile.id)': config\(pointer): the destination has no field '\(field)'"
                                + NearNames.phrase(for: field, among: fields),
                            pointer: "/tiles/\(index)/config\(pointer)", tileID: tile.id))
                }
            }
        }
        return errors
    }

    /// A field, or one that lies in a field of the destination: `address.city` in `address`.
    private func isKnown(_ field: String, _ fields: [String]) -> Bool {
        fields.contains { $0.utf8.elementsEqual(field.utf8) || field.utf8.starts(with: $0.utf8 + [UInt8(ascii: ".")]) }
    }

    /// Nil when it takes any field, or can't be asked now: deliveries will say so.
    private func fields(of id: String, workspaceID: String) -> [String]? {
        guard let destinations, let destination = try? destinations.acquire(id, workspaceID: workspaceID) else {
            return nil
        }
        defer { destinations.release(destination.pointer) }
        let names = destination.connector.columns
        return names.isEmpty || names.last == "*" ? nil : names
    }
}

import Journeys

enum CatalogOperations {
    private static let w = "/api/v1/workspaces/{workspace}"

    static let group = OperationGroup(
        name: "Types", description: "What loaded plugins offer to builders of journeys and forms.",
        operations: [
            Operation(.get, "/api/v1/tile-types", "listTileTypes", "Lists tile types").lists(
                .ref("TileType"), CatalogRoutes.tileListing),
            Operation(
                .get, w + "/tile-types", "listWorkspaceTileTypes", "Lists tile types, with a path like all others"
            )
            .lists(.ref("TileType"), CatalogRoutes.tileListing),
            Operation(.get, "/api/v1/connector-types", "listConnectorTypes", "Lists what a destination can be")
                .lists(.ref("ConnectorType"), CatalogRoutes.connectorListing),
            Operation(
                .get, w + "/connector-types", "listWorkspaceConnectorTypes",
                "Lists what a destination can be, with a path like all others"
            ).lists(.ref("ConnectorType"), CatalogRoutes.connectorListing),
        ])
}

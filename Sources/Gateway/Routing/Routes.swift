/// The whole surface of the API: method, path, who may, on which thread (`Action`), and what answers.
enum Routes {
    // swift-format-ignore
    static let all: [Route] = {
        let w = "/api/v1/workspaces/{workspace}"
        let j = w + "/journeys/{journey}", s = w + "/sources/{source}", m = w + "/models/{model}", d = w + "/destinations/{destination}"
        let p = "/api/v1/plugins/{plugin}"
        return [
            // Journeys
            Route(.get, w + "/journeys", .viewer, .work(JourneyRoutes.list)),
            Route(.post, w + "/journeys", .editor, .write(JourneyRoutes.create)),
            Route(.post, w + "/journeys/import", .editor, .slow(ExchangeRoutes.import)),
            Route(.get, j, .viewer, .read(JourneyRoutes.get)),
            Route(.put, j, .editor, .work(JourneyRoutes.update)),
            Route(.delete, j, .editor, .work(JourneyRoutes.delete)),
            Route(.post, j + "/preview-update", .viewer, .work(JourneyRoutes.previewUpdate)),
            Route(.get, j + "/export", .viewer, .work(ExchangeRoutes.export)),
            Route(.get, j + "/versions", .viewer, .slow(VersionRoutes.list)),
            Route(.get, j + "/versions/{version}", .viewer, .work(VersionRoutes.get)),
            Route(.get, j + "/versions/{version}/compare/{other}", .viewer, .work(VersionRoutes.compare)),
            Route(.post, j + "/versions/{version}/restore", .editor, .work(VersionRoutes.restore)),
            Route(.post, j + "/validate", .editor, .work(JourneyRoutes.validate)),
            Route(.post, j + "/activate", .editor, .work(JourneyRoutes.change(.activate))),
            Route(.post, j + "/pause", .editor, .work(JourneyRoutes.change(.pause))),
            Route(.post, j + "/resume", .editor, .work(JourneyRoutes.change(.resume))),
            Route(.post, j + "/drain", .editor, .work(JourneyRoutes.change(.drain))),
            Route(.post, j + "/archive", .editor, .work(JourneyRoutes.change(.archive))),
            Route(.post, j + "/trigger", .editor, .work(RunRoutes.trigger)),
            Route(.post, j + "/simulate", .editor, .stream(SimulationRoutes.simulate)),
            Route(.get, j + "/runs", .viewer, .work(RunRoutes.list)),
            Route(.get, j + "/runs/{run}", .viewer, .read(RunRoutes.get)),
            Route(.post, j + "/runs/{run}/cancel", .editor, .work(RunRoutes.cancel)),
            Route(.get, j + "/runs/{run}/events", .viewer, .subscribe(EventRoutes.run)),
            Route(.get, j + "/events", .viewer, .subscribe(EventRoutes.journey)),
            Route(.get, j + "/stats", .viewer, .work(JourneyRoutes.stats)),
            Route(.get, j + "/members", .viewer, .work(MemberRoutes.list)),
            Route(.get, j + "/members/{member}", .viewer, .work(MemberRoutes.get)),
            Route(.delete, j + "/members/{member}", .editor, .slow(MemberRoutes.remove)),
            Route(.post, j + "/members/{member}/retry", .editor, .slow(MemberRoutes.remedy(.retry))),
            Route(.post, j + "/members/{member}/skip", .editor, .slow(MemberRoutes.remedy(.skip))),
            // Dead letters
            Route(.get, w + "/dead-letters", .viewer, .work(DeadLetterRoutes.list)),
            Route(.post, w + "/dead-letters/retry", .editor, .slow(DeadLetterRoutes.remedy(.retry, "retried"))),
            Route(.post, w + "/dead-letters/skip", .editor, .slow(DeadLetterRoutes.remedy(.skip, "skipped"))),
            Route(.post, w + "/dead-letters/remove", .editor, .slow(DeadLetterRoutes.remedy(.remove, "removed"))),
            // API keys
            Route(.get, w + "/api-keys", .viewer, .work(APIKeyRoutes.list)),
            Route(.post, w + "/api-keys", .admin, .write(APIKeyRoutes.create)),
            Route(.get, w + "/api-keys/{key}", .viewer, .read(APIKeyRoutes.get)),
            Route(.delete, w + "/api-keys/{key}", .admin, .work(APIKeyRoutes.revoke)),
            Route(.post, w + "/api-keys/{key}/rotate", .admin, .write(APIKeyRoutes.rotate)),
            // Audit log
            Route(.get, w + "/audit", .admin, .work(AuditRoutes.list)),
            Route(.get, "/api/v1/audit", .anyAdmin, .work(AuditRoutes.list)),
            // Sources
            Route(.get, w + "/sources", .viewer, .work(SourceRoutes.list)),
            Route(.post, w + "/sources", .admin, .work(SourceRoutes.create)),
            Route(.post, w + "/sources/test", .editor, .slow(SourceRoutes.testConfig)),
            Route(.get, s, .viewer, .read(SourceRoutes.get)),
            Route(.put, s, .admin, .work(SourceRoutes.update)),
            Route(.delete, s, .admin, .work(SourceRoutes.delete)),
            Route(.post, s + "/test", .editor, .slow(SourceRoutes.test)),
            Route(.get, s + "/schemas", .viewer, .work(SourceTableRoutes.schemas)),
            Route(.get, s + "/schemas/{schema}/tables", .viewer, .work(SourceTableRoutes.tables)),
            Route(.get, s + "/schemas/{schema}/tables/{table}/columns", .viewer, .work(SourceTableRoutes.columns)),
            Route(.put, s + "/tables/{table}/rows", .editor, .upload(UploadRoutes.rows)),
            // Models
            Route(.get, w + "/models", .viewer, .work(ModelRoutes.list)),
            Route(.post, w + "/models", .editor, .slow(ModelRoutes.create)),
            Route(.post, w + "/models/preview", .viewer, .slow(ModelQueryRoutes.preview)),
            Route(.get, m, .viewer, .read(ModelRoutes.get)),
            Route(.put, m, .editor, .slow(ModelRoutes.update)),
            Route(.delete, m, .editor, .work(ModelRoutes.delete)),
            Route(.post, m + "/estimate-filter", .viewer, .slow(ModelQueryRoutes.estimate)),
            // Destinations
            Route(.get, w + "/destinations", .viewer, .work(DestinationRoutes.list)),
            Route(.post, w + "/destinations", .admin, .work(DestinationRoutes.create)),
            Route(.post, w + "/destinations/test", .editor, .stream(DestinationTestRoutes.testConfig)),
            Route(.get, d, .viewer, .read(DestinationRoutes.get)),
            Route(.put, d, .admin, .work(DestinationRoutes.update)),
            Route(.delete, d, .admin, .work(DestinationRoutes.delete)),
            Route(.post, d + "/test", .editor, .stream(DestinationTestRoutes.test)),
            Route(.get, d + "/delivery", .viewer, .work(DeliveryRoutes.get)),
            Route(.post, d + "/enable", .admin, .work(DeliveryRoutes.enable)),
            Route(.get, d + "/fields", .viewer, .work(DestinationTestRoutes.fields)),
            // What plugins offer
            Route(.get, "/api/v1/tile-types", .anyKey, .work(CatalogRoutes.tileTypes)),
            Route(.get, w + "/tile-types", .viewer, .work(CatalogRoutes.tileTypes)),
            Route(.get, "/api/v1/connector-types", .anyKey, .work(CatalogRoutes.connectorTypes)),
            Route(.get, w + "/connector-types", .viewer, .work(CatalogRoutes.connectorTypes)),
            // The server itself
            Route(.get, "/api/v1/workspaces", .server, .work(WorkspaceRoutes.list)),
            Route(.post, "/api/v1/workspaces", .server, .work(WorkspaceRoutes.create)),
            Route(.get, "/api/v1/workspaces/{id}", .server, .read(WorkspaceRoutes.get)),
            Route(.put, "/api/v1/workspaces/{id}", .server, .work(WorkspaceRoutes.update)),
            // Plugins, for operators
            Route(.get, "/api/v1/plugins", .server, .work(PluginRoutes.list)),
            Route(.post, "/api/v1/plugins/load", .server, .slow(PluginRoutes.load)),
            Route(.get, p, .server, .work(PluginRoutes.get)),
            Route(.post, p + "/reload", .server, .slow(PluginRoutes.reload)),
            Route(.post, p + "/rollback", .server, .slow(PluginRoutes.rollback)),
            Route(.post, p + "/retire", .server, .slow(PluginRoutes.retire)),
            // For the machinery around
            Route(.get, "/healthz", .everyone, .read(HealthRoutes.health)),
            Route(.get, "/readyz", .everyone, .read(HealthRoutes.ready)),
            Route(.get, "/metrics", .everyone, .work(MetricsRoutes.metrics)),
            Route(.get, "/api/v1/openapi.json", .everyone, .read(DocumentRoutes.openAPI)),
            Route(.get, "/docs", .everyone, .read(DocumentRoutes.docs)),
        ]
    }()
}

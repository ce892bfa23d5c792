import Journeys

enum PluginOperations {
    private static let p = "/api/v1/plugins"
    private static let plugin = Schema.ref("Plugin")
    private static let refused = "The file is no plugin that can be taken; `error` and `problems` say why."

    static let group = OperationGroup(
        name: "Plugins", description: "For operators: what is loaded, and changes of it while the gateway serves.",
        operations: [
            Operation(.get, p, "listPlugins", "Lists plugins, then files that were refused")
                .lists(plugin, PluginRoutes.listing),
            Operation(.post, p + "/load", "loadPlugin", "Takes up a file of a plugin directory").takes(
                .ref("PluginFile")
            )
            .answers(plugin).refuses(404, "No plugin directory has such a file.").refuses(422, refused)
            .refuses(409, "Something live needs what the file would take away."),
            Operation(.get, p + "/{plugin}", "getPlugin", "Shows a plugin with its generations").answers(plugin),
            Operation(
                .post, p + "/{plugin}/reload", "reloadPlugin", "Takes up the plugin's file anew, or lifts a quarantine"
            ).takesNothing.answers(plugin).refuses(422, refused)
                .refuses(409, "Something live needs what the file would take away."),
            Operation(
                .post, p + "/{plugin}/rollback", "rollBackPlugin", "Goes back to the generation before, or a named one"
            ).takes(.ref("PluginChoice"), optional: true).answers(plugin)
                .refuses(409, "There is no such generation, or something live needs the present one."),
            Operation(.post, p + "/{plugin}/retire", "retirePlugin", "Takes a plugin out of use").takesNothing
                .answers(plugin).refuses(409, "Something live needs it; `problems` names it."),
        ])
}

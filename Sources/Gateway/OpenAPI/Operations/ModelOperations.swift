import Journeys

enum ModelOperations {
    private static let w = "/api/v1/workspaces/{workspace}"
    private static let m = w + "/models/{model}"
    private static let model = Schema.ref("Model")

    static let group = OperationGroup(
        name: "Models", description: "One SELECT over a source each: its rows are the members of journeys.",
        operations: [
            Operation(.get, w + "/models", "listModels", "Lists models")
                .listsByName(model, statuses: ResourceStatus.all),
            Operation(.post, w + "/models", "createModel", "Makes a model").takes(.ref("ModelCreate")).makes(m, model)
                .versioned,
            Operation(
                .post, w + "/models/preview", "previewModel", "Shows columns and 100 rows of a query, in 10 seconds"
            )
            .takes(.ref("ModelQuery")).answers(.ref("ModelRows")),
            Operation(.get, m, "getModel", "Shows a model").answers(model).versioned,
            Operation(.put, m, "updateModel", "Changes a model").takes(.ref("ModelUpdate")).answers(model).versioned
                .refuses(409, "The model was changed meanwhile."),
            Operation(.delete, m, "deleteModel", "Deletes a model").answers(status: "deleted").versioned
                .refuses(409, "A journey at work uses it; the message names it."),
            Operation(.post, m + "/estimate-filter", "estimateFilter", "Counts the members that a filter takes")
                .takes(.ref("FilterQuestion")).answers(.ref("Estimate")),
        ])
}

import CTessera

extension RemoteTables {
    /// `tessera.connector` of an isolated plugin.
    static func connectorFunctions(
        _ count: UInt32, _ types: UnsafePointer<UnsafePointer<tessera_connector_type>?>
    ) -> tessera_connector_interface {
        tessera_connector_interface(
            size: UInt32(MemoryLayout<tessera_connector_interface>.size), type_count: count, types: types,
            open: { type, config, schema, call, instance in
                guard let type = RemoteType.of(type), let call, let instance else { return -1 }
                return type.open(.openConnector, config, schema, call, instance)
            },
            close: { _, instance in RemoteInstance.close(instance) },
            columns: { _, instance, names in RemoteInstance.lend(RemoteInstance.of(instance)?.columns, to: names) },
            build: { type, instance, schema, batch, call in
                guard let type = RemoteType.of(type), let instance = RemoteInstance.of(instance), let schema, let batch,
                    let call
                else { return -1 }
                return type.plugin.build(instance, schema, batch, call)
            },
            classify: { type, instance, request, answer, call in
                guard let type = RemoteType.of(type), let instance = RemoteInstance.of(instance), let request,
                    let answer, let call
                else { return -1 }
                return type.plugin.classify(instance, request, answer, call)
            })
    }
}

extension RemotePlugin {
    /// `build` of an isolated connector.
    func build(
        _ instance: RemoteInstance, _ schema: UnsafePointer<ArrowSchema>, _ array: UnsafePointer<ArrowArray>,
        _ call: UnsafePointer<tessera_build_call>
    ) -> Int32 {
        let target = BuildTarget(self, instance, schema, array, call)
        let process: RemoteProcess
        do throws(ProcessGone) { process = try self.process() } catch { return -1 }
        do throws(ProcessGone) {
            let status = try target.attempt(in: process)
            if status == 0 { worked(Int(array.pointee.length)) }
            return status
        } catch {
            if error.isShortage { return -1 }
            var hunt = Hunt(self, target)
            return hunt.run(target.unreported)
        }
    }

    /// `classify` of an isolated connector. When the plugin dies of an answer it is shown it once more, in a process of its
    /// own; if it dies again the rows of that request fail, and nothing else.
    func classify(
        _ instance: RemoteInstance, _ request: UnsafePointer<tessera_request>, _ answer: UnsafePointer<tessera_answer>,
        _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 {
        let process: RemoteProcess
        do throws(ProcessGone) { process = try self.process() } catch { return -1 }
        do throws(ProcessGone) {
            let status = try process.classify(instance, request.pointee, answer.pointee, call)
            worked(1)
            return status
        } catch {
            if error.isShortage { return -1 }
            return classifyAgain(instance, request.pointee, answer.pointee, call)
        }
    }

    private func classifyAgain(
        _ instance: RemoteInstance, _ request: tessera_request, _ answer: tessera_answer,
        _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 {
        let process: RemoteProcess
        do throws(ProcessGone) { process = try fresh() } catch { return -1 }
        defer { process.finish() }
        do throws(ProcessGone) {
            return try process.classify(instance, request, answer, call)
        } catch {
            if error.isShortage { return -1 }
            guard hasWorked.load(ordering: .relaxed) else {
                count(error.reason)
                return -1
            }
            log("an answer's rows are failed: with it the connector's plugin \(error.reason)")
            for row in UnsafeBufferPointer(start: request.rows, count: request.rows == nil ? 0 : request.row_count) {
                PluginCrash.report(row, id, error.reason) { outcome in call.pointee.report?(call, outcome, 1) }
            }
            explain(deaths: 1, members: 1)
            return 0
        }
    }
}

extension RemoteProcess {
    /// Shows an answer to the connector and hands its outcomes on.
    fileprivate func classify(
        _ instance: RemoteInstance, _ request: tessera_request, _ answer: tessera_answer,
        _ call: UnsafePointer<tessera_classify_call>
    ) throws(ProcessGone) -> Int32 {
        var body = WireWriter()
        body.integer(try instance.number(in: self))
        body.integer(call.pointee.now_us)
        RequestWire.write(request, to: &body)
        RequestWire.write(answer, to: &body)
        allowProcessorTime()
        return try self.call(.classify, body.bytes, timeoutUs: launch.limits.connectorTimeoutUs) {
            head, reader throws(WireError) in
            guard head.kind == .outcomes else { throw .broken("no outcomes of an answer") }
            try OutcomeWire.read(&reader) { call.pointee.report?(call, $0.baseAddress, $0.count) }
        } answer: { reader throws(WireError) in
            try reader.integer(Int32.self)
        }
    }
}

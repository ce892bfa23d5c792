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
            var hunt = Hunt(self, target)
            return hunt.run(target.unreported)
        }
    }

    /// `classify` of an isolated connector. A plugin that dies of an answer leaves its rows unknown: they are sent again,
    /// and the engine's limit of attempts ends that.
    func classify(
        _ instance: RemoteInstance, _ request: UnsafePointer<tessera_request>, _ answer: UnsafePointer<tessera_answer>,
        _ call: UnsafePointer<tessera_classify_call>
    ) -> Int32 {
        do throws(ProcessGone) {
            let process = try self.process()
            var body = WireWriter()
            body.integer(try instance.number(in: process))
            body.integer(call.pointee.now_us)
            RequestWire.write(request.pointee, to: &body)
            RequestWire.write(answer.pointee, to: &body)
            return try process.call(.classify, body.bytes, timeoutUs: launch.limits.controlTimeoutUs) {
                head, reader throws(WireError) in
                guard head.kind == .outcomes else { throw .broken("no outcomes of an answer") }
                try OutcomeWire.read(&reader) { call.pointee.report?(call, $0.baseAddress, $0.count) }
            } answer: { reader throws(WireError) in
                try reader.integer(Int32.self)
            }
        } catch {
            return -1
        }
    }
}

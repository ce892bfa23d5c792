/// What the bytes of the file say, without mapping it.
struct FileLook {
    let section: CheckReport.Section
    /// Whether it is worth a child process.
    let canBeLoaded: Bool

    init(_ bytes: [UInt8]) {
        var section = CheckReport.Section("file")
        var tally = SectionTally()
        section.facts.append("\(bytes.count >> 10) KB")
        var canBeLoaded = false
        do throws(Refusal) {
            let elf = try ElfFile(bytes)
            tally.checked(.elf)
            let facts = ElfFacts(bytes)
            if !facts.needed.isEmpty { section.facts.append("needs \(facts.needed.joined(separator: ", "))") }
            if facts.wantsExecutableStack {
                tally.found(
                    .executableStack,
                    "asks for an executable stack, which hardened systems refuse: link with -z noexecstack")
            } else {
                tally.checked(.executableStack)
            }
            let exported = (elf.exportedSymbols ?? []).filter { !Self.linkerNames.contains($0) }
            if !exported.contains(PluginImage.entrySymbol) {
                tally.found(.oneExport, PluginImage.missingEntry(exported: exported))
            } else if exported.count > 1 {
                let others = exported.filter { $0 != PluginImage.entrySymbol }.sorted()
                let named = others.prefix(5).joined(separator: ", ") + (others.count > 5 ? " …" : "")
                tally.found(
                    .oneExport,
                    "exports \(others.count) more symbols than tessera_plugin_v1 (\(named)): compile with "
                        + "-fvisibility=hidden, or link with a version script")
                canBeLoaded = true
            } else {
                tally.checked(.oneExport)
                canBeLoaded = true
            }
        } catch {
            tally.found(.elf, error.reason)
        }
        section.checks = tally.checks
        self.section = section
        self.canBeLoaded = canBeLoaded
    }

    /// What some linkers add to every shared object.
    private static let linkerNames: Set<String> = ["__bss_start", "_edata", "_end", "_init", "_fini"]
}

import Testing

/// The API as data, against a real gateway over a real socket.
@Suite(.serialized) struct RestTests {
    private func check(_ restCase: RestCase) throws { try restCase.check(RestFixture.shared.get()) }

    @Test(arguments: ListCases.all) func lists(_ restCase: RestCase) throws {
        try restCase.check(RestFixture.ofLists.get())
    }
    @Test(arguments: VersionCases.all) func versions(_ restCase: RestCase) throws {
        try restCase.check(RestFixture.ofLists.get())
    }
    @Test(arguments: JourneyCases.all) func journeys(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: SimulationCases.all) func simulations(_ restCase: RestCase) throws {
        try restCase.check(RestFixture.ofSimulations.get())
    }
    @Test(arguments: BadJourneyCases.all) func badJourneys(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: AccessCases.all) func access(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: ProtocolCases.all) func protocolRules(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: SourceCases.all) func sources(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: ModelCases.all) func models(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: DestinationCases.all) func destinations(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: PluginCases.all) func plugins(_ restCase: RestCase) throws { try check(restCase) }
    @Test(arguments: ServerCases.all) func server(_ restCase: RestCase) throws { try check(restCase) }
}

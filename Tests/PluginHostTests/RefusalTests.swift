import Foundation
import Journeys
import PluginHost
import TestSupport
import Testing

/// Files that are not taken, each with the reason that an operator reads. Beside each stands a good plugin, which loads.
struct RefusalTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        var source = "tile"
        let defines: [String: String]
        let reason: String
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "another major version", defines: ["ENTRY": "tessera_plugin_v2"],
            reason: "major version 2 of the plugin ABI"),
        Case(name: "no entry", defines: ["ENTRY": "somebody_else"], reason: "exports no symbol tessera_plugin_v1"),
        Case(
            name: "lying plugin size", defines: ["PLUGIN_SIZE": "8"],
            reason: "lies about sizes: tessera_plugin.size is 8"),
        Case(
            name: "endless plugin size", defines: ["PLUGIN_SIZE": "0xffffffffu"],
            reason: "lies about sizes: tessera_plugin.size is 4294967295"),
        Case(
            name: "lying interface size", defines: ["INTERFACE_SIZE": "4"],
            reason: "lies about sizes: tessera_tile_interface.size is 4"),
        Case(
            name: "lying type size", defines: ["TYPE_SIZE": "0"],
            reason: "lies about sizes: tessera_tile_type.size is 0"),
        Case(name: "null start", defines: ["START": "NULL"], reason: "has a null function: start, retire"),
        Case(name: "null run", defines: ["RUN": "NULL"], reason: "has a null function: open, close and run"),
        Case(name: "id without a domain", defines: ["PLUGIN_ID": "\"tile\""], reason: "reverse-domain name"),
        Case(name: "id with a space", defines: ["PLUGIN_ID": "\"test.a b\""], reason: "reverse-domain name"),
        Case(name: "null id", defines: ["PLUGIN_ID": "NULL"], reason: "reverse-domain name"),
        Case(name: "no version", defines: ["PLUGIN_VERSION": "\"\""], reason: "version must be a text"),
        Case(name: "type id with a slash", defines: ["TYPE_ID": "\"a/b\""], reason: "tile type 0 has no id"),
        Case(name: "a type twice", defines: ["TYPE_COUNT": "2"], reason: "lists the type 'test-step' twice"),
        Case(name: "no types", defines: ["TYPE_COUNT": "0"], reason: "lists 0 types"),
        Case(name: "unknown role", defines: ["ROLE": "9"], reason: "unknown role 9"),
        Case(name: "unknown flags", defines: ["FLAGS": "64"], reason: "unknown flags 64"),
        Case(name: "a monstrous batch", defines: ["MAX_BATCH": "2000000"], reason: "max_batch of 2000000"),
        Case(name: "no schema", defines: ["SCHEMA": "NULL"], reason: "schema of 'test-step' is missing"),
        Case(name: "broken schema", defines: ["SCHEMA": "\"{\""], reason: "schema of 'test-step' is not valid JSON"),
        Case(name: "schema of an array", defines: ["SCHEMA": "\"[]\""], reason: "must be a JSON object, not an array"),
        Case(
            name: "schema type", defines: ["SCHEMA": CPlugin.string(#"{"type":"string"}"#)],
            reason: #"must have \"type\": \"object\""#.replacingOccurrences(of: "\\", with: "")),
        Case(
            name: "unknown mark", defines: ["SCHEMA": CPlugin.string(#"{"properties":{"d":{"x-tessera":"sesame"}}}"#)],
            reason: "at /properties/d: the mark"),
        Case(
            name: "mark on a wrong type",
            defines: [
                "SCHEMA": CPlugin.string(#"{"properties":{"d":{"x-tessera":"filter-tree","type":"string"}}}"#)
            ],
            reason: "belongs on a object"),
        Case(name: "no interface", defines: ["INTERFACE": "\"com.example.other/1\""], reason: "provides none of"),
        Case(
            name: "connectors of the draft", source: "connector",
            defines: ["CONNECTOR_INTERFACE": "\"tessera.connector.draft/1\""],
            reason: "which ended: rebuild it with the headers of this gateway, which take tessera.connector/1"),
        Case(name: "start fails", defines: ["START_STATUS": "3"], reason: "start returned 3"),
    ]

    @Test(arguments: cases)
    func refused(_ testCase: Case) throws {
        let bench = try Bench()
        let bad = try bench.build(testCase.source, testCase.defines, as: "bad.so")
        try bench.build("async", as: "good.so")
        let host = bench.host()
        let outcomes = host.loadAll()

        let outcome = try #require(outcomes.first { $0.path == bad })
        #expect(outcome.state == .refused)
        #expect(outcome.reason.contains(testCase.reason), "\(outcome.reason)")
        #expect(host.tileType("test-step") == nil)
        #expect(host.tileType("test-async")?.pluginID == "test.async")
        let info = try #require(host.list().first { $0.path == bad })
        #expect(info.state == .refused)
        #expect(info.reason == outcome.reason)
        #expect(bench.lines.count("plugin refused") == 1)
    }

    @Test func filesThatAreNoSharedObjects() throws {
        let bench = try Bench()
        try Data("#!/bin/sh\n".utf8).write(to: URL(fileURLWithPath: bench.root + "/a/script.so"))
        try Data().write(to: URL(fileURLWithPath: bench.root + "/a/empty.so"))
        let whole = try Data(contentsOf: URL(fileURLWithPath: bench.build(as: "whole.so")))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: bench.root + "/a/half.so"))
        try FileManager.default.createDirectory(
            atPath: bench.root + "/a/folder.so", withIntermediateDirectories: false)
        try Data("not a plugin".utf8).write(to: URL(fileURLWithPath: bench.root + "/a/readme.txt"))
        let host = bench.host()
        var reasons: [String: String] = [:]
        for outcome in host.loadAll() {
            reasons[String(outcome.path.split(separator: "/").last ?? "")] = outcome.reason
        }
        #expect(reasons["script.so"] == "not a shared object: the file is no ELF file")
        #expect(reasons["empty.so"] == "not a shared object: the file is no ELF file")
        #expect(reasons["half.so"]?.contains("cut short") == true || reasons["half.so"]?.contains("broken") == true)
        #expect(reasons["folder.so"] == "not a regular file")
        #expect(reasons["whole.so"] == "")
        #expect(reasons["readme.txt"] == nil)
        #expect(host.tileTypes().map(\.id) == ["test-step"])
    }

    @Test func aTypeHasOneOwner() throws {
        let bench = try Bench()
        try bench.build(as: "1.so")
        let second = try bench.build("tile", ["PLUGIN_ID": "\"test.thief\""], as: "2.so")
        let host = bench.host()
        let outcome = try #require(host.loadAll().first { $0.path == second })
        #expect(outcome.state == .refused)
        #expect(outcome.reason.contains("'test-step' is already provided by the plugin 'test.tile'"))
        #expect(host.tileType("test-step")?.pluginID == "test.tile")

        // Not the file's fault: without the other one it is fine.
        try bench.remove(bench.root + "/a/1.so")
        let next = bench.host()
        #expect(next.loadAll().map(\.state) == [.active])
        #expect(next.tileType("test-step")?.pluginID == "test.thief")
    }

    @Test func aLongerTableIsANewerOne() throws {
        let bench = try Bench()
        try bench.build(
            "tile", ["PLUGIN_SIZE": "sizeof(tessera_plugin)+64", "TYPE_SIZE": "sizeof(tessera_tile_type)+8"])
        let host = bench.host()
        #expect(host.loadAll().map(\.state) == [.active])
        #expect(host.tileTypes().map(\.id) == ["test-step"])
    }
}

// swift-tools-version: 6.3
import PackageDescription

// A peer of the HTTP benchmark, in a package of its own: Tessera depends on no package.
let package = Package(
    name: "hummingbird-peer",
    dependencies: [.package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1")],
    targets: [
        .executableTarget(
            name: "HummingbirdPeer", dependencies: [.product(name: "Hummingbird", package: "hummingbird")], path: ".",
            sources: ["main.swift"])
    ],
    swiftLanguageModes: [.v6]
)

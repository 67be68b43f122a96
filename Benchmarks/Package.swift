// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: those of the package that is measured.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "WidthwiseBenchmarks",
  dependencies: [
    .package(name: "Widthwise", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    // Pieces of work that can be repeated, for both programs.
    .target(
      name: "Work", dependencies: [.product(name: "Widthwise", package: "Widthwise")],
      swiftSettings: settings),
    // What Scripts/peers talks to.
    .executableTarget(
      name: "measure",
      dependencies: [
        "Work", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Measure", swiftSettings: settings),
    // `make bench`. The plugin finds it by its place: a folder inside one named Benchmarks.
    .executableTarget(
      name: "Performance",
      dependencies: ["Work", .product(name: "Benchmark", package: "benchmark")],
      path: "Performance", swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: strict language features, and a warning is an error.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// `.rounded()` without Foundation needs libm.
let math: [LinkerSetting] = [.linkedLibrary("m")]

/// On Linux the tool has the Swift libraries inside, at fixed addresses and without a table of symbols for
/// others: it starts in two thirds of the time and is 9 MB smaller.
let linux = BuildSettingCondition.when(platforms: [.linux], configuration: .release)
let selfContained: [LinkerSetting] =
  [
    .unsafeFlags(["-static-stdlib", "-Xclang-linker", "-no-pie"], linux),
    .unsafeFlags(["-Xlinker", "--no-export-dynamic"], linux),
  ]
  + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections", "stdc++"]
  .map { .linkedLibrary($0, linux) }

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: math)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "Widthwise",
  products: [
    .library(name: "Widthwise", targets: ["Widthwise"]),
    .executable(name: "widthwise", targets: ["WidthwiseCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // Floor 0: values without dependencies.
    library("Quantities"),
    library("Arithmetic"),
    library("Tensors"),
    .target(name: "CKernels"),
    .systemLibrary(
      name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"]), .brew(["gsl"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    library("Statistics", ["CGSL"]),
    // Floor 1: the two worlds.
    library("Networks", ["Arithmetic", "Tensors"]),
    library("Devices", ["Arithmetic", "Quantities"]),
    // Floor 2.
    library("Quantization", ["Arithmetic", "Tensors", "Networks", "Statistics"]),
    library("Execution", ["Arithmetic", "Tensors", "Networks", "CKernels"]),
    library("Mappings", ["Arithmetic", "Quantities", "Tensors", "Networks", "Devices"]),
    // Floor 3.
    library("Costs", ["Arithmetic", "Quantities", "Networks", "Devices", "Mappings"]),
    // Floor 4.
    library(
      "Simulation",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Statistics",
        "Quantization", "Execution", "Mappings", "Costs",
      ]),
    // Floor 5.
    library(
      "Interchange",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Quantization", "Mappings",
        "Simulation", "CZlib",
        .product(name: "Yams", package: "Yams"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    library(
      "Exploration",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Statistics",
        "Quantization", "Execution", "Mappings", "Costs", "Simulation",
      ]),
    // Floor 6.
    library(
      "Reporting",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Statistics",
        "Quantization", "Execution", "Mappings", "Costs", "Simulation", "Exploration",
        "Interchange",
      ]),
    // Floor 7.
    library(
      "Widthwise",
      [
        "Quantities", "Arithmetic", "Tensors", "Networks", "Devices", "Statistics",
        "Quantization", "Execution", "Mappings", "Costs", "Simulation", "Exploration",
        "Interchange", "Reporting",
      ]),
    .executableTarget(
      name: "WidthwiseCommand",
      dependencies: [
        "Widthwise", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings, linkerSettings: math + selfContained),
    // The published figures that the models are held to: `make validate`, not part of the product.
    library(
      "Validation",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Statistics", "Mappings",
        "Costs", "Simulation", "Interchange",
      ]),
    .executableTarget(
      name: "validate",
      dependencies: [
        "Validation", "Interchange",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/ValidationCommand", swiftSettings: settings, linkerSettings: math),
    // Tests mirror the targets; these two only serve them.
    .target(name: "TestRandomness", path: "Tests/TestRandomness", swiftSettings: settings),
    .target(
      name: "NetworkReference", dependencies: ["Networks", "Tensors"],
      path: "Tests/NetworkReference", swiftSettings: settings, linkerSettings: math),
    tests("Arithmetic", ["Arithmetic", "TestRandomness"]),
    tests("Statistics", ["Statistics"]),
    tests("Networks", ["Networks", "NetworkReference", "Tensors", "TestRandomness"]),
    tests("Devices", ["Arithmetic", "Quantities", "Devices"]),
    tests(
      "Quantization",
      [
        "Arithmetic", "Execution", "Networks", "Quantization", "Statistics", "Tensors",
        "TestRandomness",
      ]),
    tests(
      "Execution",
      ["Arithmetic", "CKernels", "Execution", "Networks", "Tensors", "TestRandomness"]),
    tests(
      "Mappings",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Mappings",
        "TestRandomness",
      ]),
    tests(
      "Costs",
      ["Arithmetic", "Quantities", "Networks", "Devices", "Mappings", "Costs", "TestRandomness"]),
    tests(
      "Validation",
      ["Quantities", "Devices", "Mappings", "Costs", "Interchange", "Validation"]),
    tests(
      "Simulation",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Quantization", "Execution",
        "Mappings", "Costs", "Simulation", "Interchange", "TestRandomness",
      ]),
    tests(
      "Exploration",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Quantization", "Execution",
        "Simulation", "Exploration", "Interchange", "TestRandomness",
      ]),
    tests(
      "Interchange",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Mappings", "Costs",
        "Execution", "Quantization", "Simulation", "Interchange", "NetworkReference",
        "TestRandomness",
      ],
      exclude: ["Fixtures"]),
    // Recorded vectors of other implementations, reproduced to the last bit.
    tests(
      "Conformance",
      [
        "Arithmetic", "Tensors", "Networks", "Devices", "Quantization", "Execution", "Simulation",
        "Interchange", "TestRandomness",
      ]),
    tests(
      "Reporting",
      [
        "Arithmetic", "Quantities", "Tensors", "Networks", "Devices", "Execution", "Mappings",
        "Costs", "Simulation", "Exploration", "Interchange", "Reporting",
      ],
      exclude: ["Goldens"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

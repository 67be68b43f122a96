import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Reporting
import Tensors
import Testing

@Suite("Golden vectors")
struct VectorFolderTests {
  static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Scripts/check_vectors.py").path

  static let readme =
    String(script.dropLast("Scripts/check_vectors.py".count)) + "reports/README.md"

  /// Runs Python and gives its exit code and what it printed.
  static func python(_ arguments: [String]) throws -> (code: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  static let canRecompute =
    FileManager.default.fileExists(atPath: script)
    && (try? python(["-c", "import numpy"]).code) == 0

  static let accumulators = [
    "unlimited", "32:wrap", "18:wrap", "18:saturate", "16:wrap", "16:saturate", "12:wrap",
    "12:saturate",
  ]

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  // The recomputation is a script in numpy; without Python or numpy there is nothing to compare with.
  @Test(
    "numpy recomputes every layer from the folder alone",
    .enabled(if: canRecompute, "python3 with numpy or Scripts/check_vectors.py is absent"),
    // A cast takes no zero points, which the network has.
    arguments: RequantizationFlavour.allCases.filter { $0 != .cast })
  func recomputed(flavour: RequantizationFlavour) throws {
    // Every pair of choices of order, lanes and bias comes up; all combinations were tried once by hand.
    for (index, spelling) in Self.accumulators.enumerated() {
      let arithmetic = ArithmeticSpec(
        accumulator: try Accumulator(spelling: spelling),
        order: (index / 2) % 2 == 0 ? .kernelMajor : .channelMajor,
        lanes: [1, 4, 4, 1][index % 4], bias: index / 4 == 0 ? .last : .first,
        requantization: flavour)
      try withFolder { folder in
        try VectorFolder.write(
          try VectorNetwork.executor(arithmetic), count: 2, codes: VectorNetwork.codes,
          to: folder.path)
        let (code, text) = try Self.python([Self.script, folder.path])
        #expect(code == 0, "\(arithmetic)\n\(text)")
        #expect(text.contains("16 layers equal, 0 differ, 1 skipped"), "\(text)")
      }
    }
  }

  // The recomputation is a script in numpy; without Python or numpy there is nothing to compare with.
  @Test(
    "numpy recomputes the operators that are no layers of products",
    .enabled(if: canRecompute, "python3 with numpy or Scripts/check_vectors.py is absent"),
    arguments: [RequantizationFlavour.gemmlowp, .ruy, .single, .float, .reduced, .shift, .floor])
  func operators(flavour: RequantizationFlavour) throws {
    try withFolder { folder in
      try VectorFolder.write(
        try IntegerExecutor(
          OperatorVectorNetwork.network(), arithmetic: ArithmeticSpec(requantization: flavour)),
        count: 3, codes: OperatorVectorNetwork.codes, to: folder.path)
      let (code, text) = try Self.python([Self.script, folder.path])
      #expect(code == 0, "\(flavour)\n\(text)")
      // Two constants and a function in float32 have nothing that integers could recompute.
      #expect(text.contains("12 layers equal, 0 differ, 3 skipped"), "\(text)")
      let data = try Data(contentsOf: folder.appendingPathComponent("vectors.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let layers = try #require(json["layers"] as? [[String: Any]])
      let readme = try String(contentsOfFile: Self.readme, encoding: .utf8)
      for key in Set(layers.flatMap(\.keys)).sorted() {
        #expect(readme.contains("`\(key)`"), "\(key) is not described in reports/README.md")
      }
    }
  }

  @Test(
    "numpy recomputes every layer as the runtimes compute it",
    .enabled(if: canRecompute, "python3 with numpy or Scripts/check_vectors.py is absent"),
    arguments: ArithmeticPreset.named)
  func presets(preset: ArithmeticPreset) throws {
    for accumulator in [nil, "20:saturate", "14:wrap"] {
      var arithmetic = preset.spec
      if let accumulator {
        arithmetic.finalAccumulator = try Accumulator(spelling: accumulator)
      }
      try withFolder { folder in
        try VectorFolder.write(
          try VectorNetwork.executor(arithmetic), count: 2, codes: VectorNetwork.codes,
          to: folder.path)
        let (code, text) = try Self.python([Self.script, folder.path])
        #expect(code == 0, "\(preset), \(accumulator ?? "own")\n\(text)")
      }
    }
  }

  @Test("Arrays have the shapes, types and contents of the trace")
  func arrays() throws {
    let executor = try VectorNetwork.executor(
      ArithmeticSpec(accumulator: Accumulator(bits: 16, overflow: .saturate)))
    try withFolder { folder in
      try VectorFolder.write(executor, count: 3, codes: VectorNetwork.codes, to: folder.path)
      func array(_ name: String) throws -> NumPyArray {
        try NumPyFile.array(at: folder.appendingPathComponent(name + ".npy").path)
      }
      #expect(try array("00-stem_conv/input").shape.extents == [3, 6, 7, 4])
      #expect(try array("00-stem_conv/weights").shape.extents == [6, 3, 3, 4])
      #expect(try array("00-stem_conv/weights").elementType == .int8)
      #expect(try array("00-stem_conv/bias").elementType == .int32)
      #expect(try array("00-stem_conv/output").elementType == .uint8)
      #expect(try array("01-depthwise/weights").shape.extents == [1, 3, 3, 6])
      #expect(try array("04-add/output").elementType == .int8)
      #expect(try array("07-mul/input1").shape.extents == [3, 1, 1, 4])
      #expect(try array("15-head/weights").shape.extents == [10, 32])
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/02-grouped/bias.npy"))
      var contents: [Int] = []
      var outputs: [Int] = []
      for sample in 0..<3 {
        _ = executor.trace(VectorNetwork.codes(sample)) { trace in
          guard trace.layer == 1 else { return }
          contents += (trace.contents ?? []).map(Int.init)
          outputs += trace.output.map(Int.init)
        }
      }
      let stored = try array("01-depthwise/accumulator")
      #expect(stored.elementType == .int64)
      #expect(stored.integers(0..<stored.count) == contents)
      let output = try array("01-depthwise/output")
      #expect(output.integers(0..<output.count) == outputs)
      let data = try Data(contentsOf: folder.appendingPathComponent("vectors.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(json["schema"] as? Int == 1)
      #expect((json["arithmetic"] as? [String: Any])?["accumulatorBits"] as? Int == 16)
      let layers = try #require(json["layers"] as? [[String: Any]])
      #expect(layers.count == 17)
      // Vectors that are all at an end of the range would show nothing.
      #expect(Set(outputs).count > 50)
      let head = try array("15-head/output")
      #expect(Set(head.integers(0..<head.count)).count > 8)
      #expect(layers[0]["clamp"] as? [Int] == [100, 230])
      #expect(layers[1]["groups"] as? Int == 6)
      let readme = try String(contentsOfFile: Self.readme, encoding: .utf8)
      for key in Set(layers.flatMap(\.keys)).sorted() {
        #expect(readme.contains("`\(key)`"), "\(key) is not described in reports/README.md")
      }
    }
  }

  @Test("Rounding that is preloaded is named apart from the bias")
  func preload() throws {
    let executor = try VectorNetwork.executor(ArithmeticSpec(requantization: .shift))
    try withFolder { folder in
      try VectorFolder.write(executor, count: 1, codes: VectorNetwork.codes, to: folder.path)
      let data = try Data(contentsOf: folder.appendingPathComponent("vectors.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let layer = try #require((json["layers"] as? [[String: Any]])?.first)
      #expect(layer["biasPosition"] as? String == "first")
      // Scale 2^-4 times 2^-3 over 2^5: a shift by 12.
      #expect(layer["preload"] as? [Int] == [Int](repeating: 2048, count: 6))
      #expect(layer["shifts"] as? [Int] == [Int](repeating: 19, count: 6))
    }
  }

  @Test("Nothing is left where writing fails")
  func refused() throws {
    let executor = try VectorNetwork.executor(ArithmeticSpec())
    try withFolder { folder in
      let none = #expect(throws: ReportError.self) {
        try VectorFolder.write(executor, count: 0, codes: VectorNetwork.codes, to: folder.path)
      }
      #expect(none?.description.hasSuffix("give --inputs") == true)
      #expect(!FileManager.default.fileExists(atPath: folder.path))
      // A folder stands where a file of the third layer should go.
      let obstacle = folder.appendingPathComponent("02-grouped/output.npy/full")
      try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
      #expect(throws: ReportError.self) {
        try VectorFolder.write(executor, count: 1, codes: VectorNetwork.codes, to: folder.path)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["02-grouped"])
    }
  }
}

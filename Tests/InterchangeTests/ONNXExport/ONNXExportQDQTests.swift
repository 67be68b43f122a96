import Arithmetic
import Foundation
import Interchange
import Networks
import Quantization
import Simulation
import Tensors
import Testing

/// Exported QDQ files read again: the same integers.
@Suite struct ONNXExportQDQTests {
  /// A scheme for a test, with its words.
  struct Scheme: CustomStringConvertible {
    let weights: NumberFormat
    let activations: NumberFormat
    let granularity: Granularity

    var description: String { "\(weights) \(activations) \(granularity)" }

    var value: QuantizationScheme {
      QuantizationScheme(weights: weights, activations: activations, granularity: granularity)
    }
  }

  static func format(_ bits: Int, isSigned: Bool) -> NumberFormat {
    .affine(IntegerFormat(bits: bits, isSigned: isSigned))
  }

  static let schemes: [Scheme] = [
    Scheme(
      weights: format(8, isSigned: true), activations: format(8, isSigned: false),
      granularity: .channel),
    Scheme(
      weights: format(8, isSigned: true), activations: format(8, isSigned: true),
      granularity: .tensor),
    Scheme(
      weights: format(4, isSigned: true), activations: format(4, isSigned: false),
      granularity: .channel),
    Scheme(
      weights: format(4, isSigned: true), activations: format(5, isSigned: true),
      granularity: .tensor),
    Scheme(
      weights: .fixedPoint(IntegerFormat(bits: 6, isSigned: true)),
      activations: .fixedPoint(IntegerFormat(bits: 8, isSigned: true)), granularity: .tensor),
    Scheme(
      weights: .codebook(CodebookFormat(indexBits: 4)), activations: format(8, isSigned: false),
      granularity: .channel),
    Scheme(weights: .ternary, activations: format(8, isSigned: false), granularity: .tensor),
    Scheme(weights: .bipolar, activations: format(8, isSigned: true), granularity: .channel),
  ]

  @Test(
    "every network gives the same codes when it is read again", arguments: ONNXExportNetwork.all,
    schemes)
  func codes(_ network: ONNXExportNetwork, _ scheme: Scheme) throws {
    let original = try ONNXExportSupport.quantized(network.network, scheme: scheme.value)
    let again = try ONNXExportSupport.imported(original, as: .qdq)
    // Beyond the calibrated range too: narrow codes saturate there.
    let samples = ONNXExportSupport.samples(
      60, count: original.shapes[0].count, reach: 1.3, seed: 77)
    let expected = try ONNXExportSupport.codes(original, samples)
    #expect(Set(expected).count > 1, "the output depends on the input")
    #expect(try ONNXExportSupport.codes(again, samples) == expected)
    let (ours, theirs) = (
      original.quantizations[original.output], again.quantizations[again.output]
    )
    #expect(ours.scale == theirs.scale)
    #expect(ours.zeroPoint == theirs.zeroPoint)
  }

  @Test("16-bit activations give the same codes when they are read again")
  func wide() throws {
    let scheme = Scheme(
      weights: Self.format(8, isSigned: true), activations: Self.format(16, isSigned: true),
      granularity: .channel)
    let original = try ONNXExportSupport.quantized(
      ONNXExportNetwork.named("branches"), scheme: scheme.value)
    let again = try ONNXExportSupport.imported(original, as: .qdq)
    let samples = ONNXExportSupport.samples(
      20, count: original.shapes[0].count, reach: 1, seed: 78)
    #expect(
      try ONNXExportSupport.codes(again, samples) == ONNXExportSupport.codes(original, samples))
  }

  @Test("int8 networks come back as integer layers only")
  func layers() throws {
    for network in ONNXExportNetwork.all {
      let original = try ONNXExportSupport.quantized(network.network)
      let again = try ONNXExportSupport.imported(original, as: .qdq)
      #expect(again.quantizations.allSatisfy { $0.format != .float32 }, "\(network)")
    }
  }

  @Test("the bundled digits give the same codes for 100 images")
  func digits() async throws {
    let path = try #require(
      BundledFiles(executable: nil, override: nil).networkPath(named: "digits"))
    let workload = try WorkloadSource(path: path).workload()
    let simulator = try await Simulator(workload, threads: 1)
    let original = try simulator.quantized(QuantizationScheme())
    let again = try ONNXExportSupport.imported(original, as: .qdq)
    let evaluation = try #require(workload.evaluation)
    let samples = (0..<100).map { evaluation.values($0) }
    #expect(
      try ONNXExportSupport.codes(again, samples) == ONNXExportSupport.codes(original, samples))
  }

  @Test("the same network gives the same bytes", arguments: ONNXDialect.allCases)
  func deterministic(_ dialect: ONNXDialect) throws {
    let network = try ONNXExportSupport.quantized(ONNXExportNetwork.named("residual"))
    let first = try ONNXExport.bytes(of: network, dialect: dialect)
    #expect(try ONNXExport.bytes(of: network, dialect: dialect) == first)
    #expect(first.count > 1000)
  }

  @Test("a file is written as a whole, or not at all with one line")
  func file() throws {
    let network = try ONNXExportSupport.quantized(ONNXExportNetwork.named("moves"))
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("export-\(UUID().uuidString).onnx").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ONNXExport.write(network, dialect: .qdq, to: path)
    let written = try #require(FileManager.default.contents(atPath: path))
    #expect(try [UInt8](written) == ONNXExport.bytes(of: network, dialect: .qdq))
    let nowhere = path + ".folder/net.onnx"
    #expect {
      try ONNXExport.write(network, dialect: .qdq, to: nowhere)
    } throws: { error in
      "\(error)"
        == "\(nowhere): cannot be written; check that its folder exists and may be written to"
    }
  }
}

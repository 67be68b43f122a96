import Arithmetic
import Foundation
import Interchange
import Networks
import Quantization
import Testing

@Suite struct SchemeFileTests {
  /// A file with a text, removed after use.
  private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result
  {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("scheme-\(UUID().uuidString).yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test("a scheme with every key reads back as it was written")
  func roundTrip() throws {
    var scheme = QuantizationScheme(
      weights: .fixedPoint(IntegerFormat(bits: 6, isSigned: true)),
      activations: .affine(IntegerFormat(bits: 4, isSigned: false)), granularity: .tensor,
      calibrator: .kl, accumulator: Accumulator(bits: 18, overflow: .wrap))
    var layer = LayerScheme()
    layer.weights = .affine(IntegerFormat(bits: 3, isSigned: true))
    layer.activations = .affine(IntegerFormat(bits: 16, isSigned: true))
    layer.granularity = .channel
    layer.calibrator = .percentile
    layer.accumulator = .unlimited
    layer.output = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 16, isSigned: true)), scale: 0.1, zeroPoint: -7)
    layer.weightScales = [0.3, 1e-7, 2.0 / 3]
    layer.cellScale = 0x1p-12
    layer.weightCalibrator = .mse
    layer.codebook = .gaussian
    layer.biasCorrection = false
    layer.weightAdjustment = .unchanged
    layer.inputMeans = [0, -1e-9, 1.0 / 3]
    scheme.layers = ["conv \"1\": \\odd#": layer, "input": LayerScheme()]
    scheme.weightCalibrator = .percentile
    scheme.codebook = .lloydMax
    scheme.biasCorrection = true
    scheme.equalization = true
    scheme.weightAdjustment = .accumulatorAware
    let text = SchemeFile.text(scheme, order: ["input"])
    let again = try withFile(text) { try SchemeFile.scheme(at: $0) }
    #expect(again == scheme)
    #expect(SchemeFile.text(again, order: ["input"]) == text)
  }

  @Test(
    "weights and activations of every format and granularity read back; no blocks of activations",
    arguments: ["kmeans4", "mxfp4", "pow2-4", "ternary", "dfp4", "fp8-e4m3", "fixed6.4"])
  func formats(spelling: String) throws {
    var scheme = QuantizationScheme(
      weights: try NumberFormat(spelling: spelling), granularity: .group(32))
    scheme.layers["a"] = LayerScheme()
    scheme.layers["a"]?.weights = .bipolar
    scheme.layers["a"]?.granularity = .channel
    let text = SchemeFile.text(scheme, order: ["a"])
    #expect(text.contains("weights: \(spelling)") && text.contains("granularity: group32"))
    #expect(try withFile(text) { try SchemeFile.scheme(at: $0) } == scheme)
    let activations = "schema: 1\nactivations: \(spelling)\n"
    if spelling == "mxfp4" {
      #expect(throws: YAMLError.self) {
        try withFile(activations) { try SchemeFile.scheme(at: $0) }
      }
    } else {
      let read = try withFile(activations) { try SchemeFile.scheme(at: $0) }
      #expect(read.activations == scheme.weights)
    }
  }

  @Test("outputs of every activation format read back, centroids of a codebook included")
  func outputs() throws {
    let codebook = Codebook(
      format: CodebookFormat(indexBits: 2, centroidBits: 6), centroids: [-30, 0, 5], exponent: -4)
    var outputs = [ActivationQuantization(codebook: codebook)]
    for (spelling, scale) in [
      ("fp8-e4m3", 0.25), ("pow2-4", 4), ("binary", 0.3), ("ternary", 0.3), ("fixed8.5", 0.03125),
      ("dfp8", 0.5), ("fp16", 1),
    ] {
      outputs.append(
        ActivationQuantization(
          format: try NumberFormat(spelling: spelling), scale: scale, zeroPoint: 0))
    }
    var scheme = QuantizationScheme()
    for (index, output) in outputs.enumerated() {
      scheme.layers["layer\(index)"] = LayerScheme()
      scheme.layers["layer\(index)"]?.output = output
      scheme.layers["layer\(index)"]?.accumulator = try Accumulator(spelling: "fp-e8m13:saturate")
    }
    let text = SchemeFile.text(scheme, order: [])
    #expect(text.contains("scale: 0.0625, zeroPoint: 1, centroids: [-30, 0, 5]"))
    #expect(text.contains("accumulator: fp-e8m13:saturate"))
    #expect(try withFile(text) { try SchemeFile.scheme(at: $0) } == scheme)
  }

  @Test(
    "outputs that a format cannot have are refused",
    arguments: [
      "{format: kmeans2, scale: 1, zeroPoint: 0}",
      "{format: kmeans2, scale: 1, zeroPoint: 0, centroids: [3, 2]}",
      "{format: kmeans2, scale: 1, zeroPoint: 1, centroids: [2, 3]}",
      "{format: kmeans2, scale: 0.3, zeroPoint: 0, centroids: [2, 3]}",
      "{format: kmeans2, scale: 1, zeroPoint: 0, centroids: [2, 3000]}",
      "{format: uint8, scale: 1, zeroPoint: 0, centroids: [2, 3]}",
      "{format: fp8-e4m3, scale: 0.3, zeroPoint: 0}", "{format: fp8-e4m3, scale: 1, zeroPoint: 1}",
      "{format: fp16, scale: 2, zeroPoint: 0}", "{format: fixed8.5, scale: 1, zeroPoint: 0}",
      "{format: binary, scale: 0.3, zeroPoint: 1}", "{format: mxfp4, scale: 1, zeroPoint: 0}",
    ])
  func wrongOutputs(text: String) throws {
    #expect(try problems(ofLayer: "output: \(text)").count == 1)
  }

  @Test("every problem of a scheme is told with its place")
  func problems() throws {
    let text = """
      schema: 1
      weights: int99
      activations: uint8
      acumulator: 70:wrap
      layers:
        conv1: {accumulator: "1:wrap", output: {format: uint8, scale: -1, zeroPoint: 300}}
      """
    let problems = try withFile(text) { path -> [String] in
      do throws(YAMLError) {
        _ = try SchemeFile.scheme(at: path)
        return []
      } catch {
        return error.problems.map { String($0.dropFirst(path.count + 1)) }
      }
    }
    #expect(problems.count == 5)
    #expect(
      problems.contains { $0.hasPrefix("2:") && $0.contains("\"int99\" is not a number format") })
    #expect(problems.contains { $0.hasPrefix("4:") && $0.contains("accumulator") })
    #expect(problems.contains { $0.contains("an accumulator has 2 to 64 bits, not 1") })
    #expect(problems.contains { $0.contains("a scale must lie between 1e-30 and 1e30, not -1") })
    #expect(problems.contains { $0.contains("must lie in 0 to 255, not 300") })
  }

  private func problems(ofLayer layer: String) throws -> [String] {
    try withFile("schema: 1\nlayers:\n  conv1: {\(layer)}\n") { path -> [String] in
      do throws(YAMLError) {
        _ = try SchemeFile.scheme(at: path)
        return []
      } catch {
        return error.problems.map { String($0.dropFirst(path.count + 1)) }
      }
    }
  }

  @Test("scales beyond 1e-30 and 1e30 are refused", arguments: ["0", "1e-31", "1e31", "1e300"])
  func scales(scale: String) throws {
    for layer in [
      "output: {format: uint8, scale: \(scale), zeroPoint: 0}", "weightScales: [0.5, \(scale)]",
      "cellScale: \(scale)",
    ] {
      let found = try problems(ofLayer: layer)
      #expect(found.count == 1)
      #expect(found.allSatisfy { $0.contains("a scale must lie between 1e-30 and 1e30") })
    }
    #expect(try problems(ofLayer: "weightScales: [1e-30, 1e30]") == [])
  }

  @Test("a fixed-point output has a power of two for scale and no zero point")
  func fixedPointOutput() throws {
    let scale = try problems(ofLayer: "output: {format: fixed8, scale: 0.3, zeroPoint: 0}")
    #expect(scale.count == 1)
    #expect(scale.first?.contains("the scale of fixed8 must be a power of two, not 0.3") == true)
    let zero = try problems(ofLayer: "output: {format: ufixed8, scale: 0.25, zeroPoint: 3}")
    #expect(zero.count == 1)
    #expect(zero.first?.contains("the zero point of ufixed8 must be 0, not 3") == true)
    #expect(try problems(ofLayer: "output: {format: fixed8, scale: 0.25, zeroPoint: 0}") == [])
    #expect(try problems(ofLayer: "output: {format: int8, scale: 0.3, zeroPoint: 3}") == [])
  }
}

import Arithmetic
import Foundation
import Reporting
import Simulation
import Testing

@Suite struct ArithmeticTextTests {
  @Test("the list names every preset in lines of 100 columns")
  func list() {
    let text = ArithmeticText.list(ArithmeticPreset.named)
    for preset in ArithmeticPreset.named {
      #expect(text.contains(preset.name))
    }
    #expect(text.contains("tflm, cmsis-nn"))
    #expect(text.contains("ap-fixed<W,I,Q,O>"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("a preset is shown with all its fields and its evidence", arguments: ArithmeticPreset.named)
  func shown(preset: ArithmeticPreset) {
    let text = ArithmeticText.text(preset)
    #expect(text.hasPrefix("\(preset.name): "))
    for word in ["evidence", "accumulator", "order", "zeroPoint", "addition", "average", "softmax"]
    {
      #expect(text.contains("  \(word) "))
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  /// The report of the sample run under a preset.
  private func result(_ preset: ArithmeticPreset) async throws -> SimulationResult {
    var result = try await SampleRun.result(executes: false)
    result.arithmetic = preset.spec
    result.preset = preset.name
    return result
  }

  @Test("the report says the name of the preset and what is unusual in it")
  func words() async throws {
    func words(_ preset: ArithmeticPreset) async throws -> String {
      TextReport.text(try await result(preset)).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }
    #expect(
      try await words(.litertReference).contains(
        "arithmetic litert-reference: 32-bit wrapping accumulators, 1 product an addition, "
          + "kernel-major order, bias last, gemmlowp requantization, fully connected single, "
          + "multipliers rounded-twice, softmax gemmlowp"))
    #expect(
      try await words(.ortAVX2).contains(
        "arithmetic ort-avx2: 16-bit saturating accumulators of 2 products behind 32-bit wrapping "
          + "ones (unsigned-times-signed layers), 2 products an addition"))
    let fixed = ArithmeticPreset.fixedPoint(
      bits: 16, integerBits: 6, rounding: .round, overflow: .saturateSymmetric)
    #expect(
      try await words(fixed).contains(
        "16-bit saturate-symmetric accumulators, 1 product an addition, kernel-major order, bias "
          + "first, cast requantization, products cast to 10 fraction bits by RND, outputs cast "
          + "by RND and saturate-symmetric"))
  }

  @Test("report.json has the unusual fields, and every key is in reports/README.md")
  func json() async throws {
    let readme = try String(
      contentsOfFile: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("reports/README.md").path, encoding: .utf8)
    let fixed = ArithmeticPreset.fixedPoint(bits: 16, integerBits: 6)
    var seen: Set<String> = []
    for preset in ArithmeticPreset.named + [fixed] {
      let data = Data(JSONReport.text(try await result(preset)).utf8)
      let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let arithmetic = try #require(report["arithmetic"] as? [String: Any])
      #expect(arithmetic["preset"] as? String == preset.name)
      for key in arithmetic.keys { #expect(readme.contains("`\(key)`"), "\(key)") }
      seen.formUnion(arithmetic.keys)
      #expect((arithmetic["tile"] as? Int) == preset.spec.outer?.tile)
      #expect(
        (arithmetic["fullyConnectedRequantization"] as? String)
          == preset.spec.fullyConnectedRequantization?.rawValue)
    }
    #expect(seen.isSuperset(of: ["innerScope", "average", "softmax", "addition", "zeroPoint"]))
    #expect(seen.isSuperset(of: ["productFractionBits", "outputRounding"]))
  }
}

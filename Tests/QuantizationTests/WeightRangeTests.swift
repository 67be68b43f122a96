import Arithmetic
import Networks
import Quantization
import Statistics
import Testing

@Suite struct WeightRangeTests {
  /// Two channels of Gaussian weights, the second ten times as wide, with one weight far out each.
  private static let weights: [Float] = {
    var numbers = GaussianSource.numbers(count: 4000, deviation: 0.05, seed: 3)
    for index in 2000..<4000 { numbers[index] *= 10 }
    numbers[7] = 0.9
    numbers[2007] = -9
    return numbers
  }()

  private func linear(
    _ scheme: QuantizationScheme, _ weights: [Float] = weights
  ) throws -> QuantizedLinear {
    let network = SmallNetworks.connected(weights, outputs: 2)
    let quantized = try Quantizer(network.verified(), scheme: scheme, observations: []).quantized()
    return try #require(quantized.firstLinear)
  }

  private func scheme(
    _ weights: String, _ granularity: Granularity = .channel, _ calibrator: Calibrator? = nil
  ) throws -> QuantizationScheme {
    var scheme = QuantizationScheme(
      weights: try NumberFormat(spelling: weights), granularity: granularity)
    scheme.weightCalibrator = calibrator
    return scheme
  }

  /// The squared error of the decoded weights.
  private func error(_ linear: QuantizedLinear, _ weights: [Float] = weights) -> Double {
    let depth = weights.count / 2
    return zip(weights, linear.storedWeights).enumerated().reduce(0) { sum, entry in
      let difference =
        Double(entry.element.0) - Double(entry.element.1)
        * linear.weightScales[entry.offset / depth]
      return sum + difference * difference
    }
  }

  @Test("each rule's range is at the largest code", arguments: Calibrator.allCases)
  func rules(calibrator: Calibrator) throws {
    let rule: ClippingRule =
      switch calibrator {
      case .minmax: .largest
      case .percentile: .percentile(0.9999)
      case .mse: .leastSquares
      case .kl: .leastDivergence
      }
    for bits in [4, 8] {
      let grid = CodeGrid(bits: bits, form: .symmetric)
      let highest = Double((1 << (bits - 1)) - 1)
      func scale(_ numbers: ArraySlice<Float>) -> Double {
        Double(Float(rule.range(of: WeightedValues(numbers), grid: grid).upperBound / highest))
      }
      let channels = try linear(try scheme("int\(bits)", .channel, calibrator))
      #expect(
        channels.weightScales == [scale(Self.weights[..<2000]), scale(Self.weights[2000...])])
      let tensor = try linear(try scheme("int\(bits)", .tensor, calibrator))
      #expect(Set(tensor.weightScales) == [scale(Self.weights[...])])
    }
  }

  @Test("without a rule of their own weights follow mse and nothing else")
  func fallback() throws {
    let largest = try linear(try scheme("int4"))
    for calibrator in Calibrator.allCases {
      var scheme = try scheme("int4")
      scheme.calibrator = calibrator
      let found = try linear(scheme)
      #expect((found == largest) == (calibrator != .mse))
      #expect(scheme.weightCalibrator(of: "fc") == (calibrator == .mse ? .mse : .minmax))
      scheme.weightCalibrator = .minmax
      #expect(try linear(scheme) == largest)
      scheme.layers["fc"] = LayerScheme()
      scheme.layers["fc"]?.weightCalibrator = .mse
      #expect(try linear(scheme) == linear(try self.scheme("int4", .channel, .mse)))
    }
  }

  @Test(
    "least squares has the least error of all rules",
    arguments: ["int3", "int4", "int6", "fixed4", "fixed6", "dfp4"])
  func leastSquares(spelling: String) throws {
    for granularity in Granularity.allCases {
      let best = error(try linear(try scheme(spelling, granularity, .mse)))
      for calibrator in Calibrator.allCases {
        let other = error(try linear(try scheme(spelling, granularity, calibrator)))
        #expect(best <= other * (1 + 1e-6))
      }
    }
    let groups = try scheme("dfp4", .group(32), .mse)
    #expect(error(try linear(groups)) < error(try linear(try scheme("dfp4", .group(32)))))
  }

  @Test("fixed point keeps scales that are powers of two", arguments: Calibrator.allCases)
  func fixedPoint(calibrator: Calibrator) throws {
    let scales = try linear(try scheme("fixed5", .channel, calibrator)).weightScales
    #expect(scales.allSatisfy { $0.significand == 1 })
  }

  @Test("a percentile and the divergence cut a weight that lies far out")
  func cut() throws {
    let whole = try linear(try scheme("dfp4"))
    for calibrator in [Calibrator.kl, .percentile, .mse] {
      // A percentile of 2,000 numbers keeps them all; of the tensor's 4,000, too.
      let found = try linear(try scheme("dfp4", .channel, calibrator))
      #expect((found.weightScales[0] < whole.weightScales[0]) == (calibrator != .percentile))
    }
    // Codes with exponents have no even grid to diverge from.
    #expect(
      try linear(try scheme("fp8-e4m3", .channel, .kl)) == linear(try scheme("fp8-e4m3")))
  }
}

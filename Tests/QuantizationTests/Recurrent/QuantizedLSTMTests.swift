import Arithmetic
import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct QuantizedLSTMTests {
  private func scheme(
    weights: String, activations: String = "uint8", _ granularity: Granularity = .channel
  ) throws -> QuantizationScheme {
    QuantizationScheme(
      weights: try NumberFormat(spelling: weights),
      activations: try NumberFormat(spelling: activations), granularity: granularity)
  }

  @Test(
    "random LSTMs equal the LSTM written out, bit for bit",
    arguments: [
      (2, "uint8"), (3, "int8"), (4, "uint4"), (5, "fixed8"), (6, "uint8"), (7, "int3"),
      (8, "uint8"), (8, "dfp8"), (8, "int16"), (12, "uint12"), (16, "int16"),
    ])
  func equalsReference(_ row: (bits: Int, activations: String)) async throws {
    var random = SeededGenerator(seed: UInt64(row.bits))
    for round in 0..<4 {
      var lstm = SmallRecurrences.lstm(units: 5, inputs: 4, magnitude: 1.5, &random)
      if round == 1 { lstm.bias = nil }
      if round == 2 { lstm.cellClip = 0.5 }
      if round == 3 {
        lstm.initialHidden = random.floats(5).map { $0 / 2 }
        lstm.initialCell = random.floats(5)
      }
      let samples = (0..<6).map { _ in random.floats(28).map { $0 * 2 } }
      let granularity: Granularity = round < 2 ? .tensor : .channel
      let quantized = try SmallRecurrences.quantizer(
        SmallRecurrences.network(lstm, steps: 7),
        try scheme(weights: "int\(row.bits)", activations: row.activations, granularity), samples
      ).quantized()
      let integer = try #require(quantized.firstLSTM)
      #expect(integer.inputGate.inputMultipliers.count == (round < 2 ? 1 : 5))
      let reference = IntegerLSTMReference(
        lstm: lstm, input: quantized.quantizations[0], output: quantized.quantizations[1],
        weightBits: row.bits, isPerChannel: round >= 2, cellExponent: integer.cellExponent)
      let codes = try await SmallRecurrences.codes(quantized, samples)
      for (sample, result) in zip(samples, codes) {
        let input = sample.map { quantized.quantizations[0].code(Double($0)) }
        #expect(result == reference.outputs(input))
      }
    }
  }

  /// The largest difference of the integer network from a float one on the same samples.
  private func largestError(
    of quantized: QuantizedNetwork, from lstm: LSTM, steps: Int, _ samples: [[Float]]
  ) async throws -> Double {
    let executor = try FloatExecutor(SmallRecurrences.network(lstm, steps: steps).verified())
    let output = quantized.quantizations[1]
    var largest = 0.0
    for (sample, codes) in zip(samples, try await SmallRecurrences.codes(quantized, samples)) {
      for (real, code) in zip(executor.output(sample), codes) {
        largest = max(largest, abs(output.real(code) - Double(real)))
      }
    }
    return largest
  }

  @Test(
    "the integer LSTM is near the float one",
    arguments: [("int16", "int16", 0.002), ("int8", "int16", 0.02), ("int8", "uint8", 0.04)])
  func nearFloat(_ row: (weights: String, activations: String, bound: Double)) async throws {
    var random = SeededGenerator(seed: 31)
    for granularity in Granularity.allCases {
      let lstm = SmallRecurrences.lstm(units: 8, inputs: 6, &random)
      let samples = (0..<10).map { _ in random.floats(90) }
      let quantized = try SmallRecurrences.quantizer(
        SmallRecurrences.network(lstm, steps: 15),
        try scheme(weights: row.weights, activations: row.activations, granularity), samples
      ).quantized()
      let error = try await largestError(of: quantized, from: lstm, steps: 15, samples)
      #expect(error <= row.bound)
    }
  }

  @Test(
    "weights of any format are those that the format decodes to",
    arguments: [
      "int6", "fixed8", "fixed6.4", "dfp6", "fp8-e4m3", "mxfp6-e2m3", "mxint8", "pow2-4", "kmeans4",
      "binary", "ternary",
    ])
  func formats(spelling: String) async throws {
    var random = SeededGenerator(seed: 41)
    let format = try NumberFormat(spelling: spelling)
    for granularity in Granularity.allCases {
      let lstm = SmallRecurrences.lstm(units: 8, inputs: 6, &random)
      let samples = (0..<6).map { _ in random.floats(60) }
      var scheme = try scheme(weights: spelling, activations: "int16", granularity)
      // The coarsest weights go beyond what the float LSTM showed: room for all hidden states and cells.
      var own = LayerScheme()
      own.output = ActivationQuantization(
        format: .affine(IntegerFormat(bits: 16, isSigned: true)), scale: 0x1p-15, zeroPoint: 0)
      own.cellScale = 0x1p-11
      scheme.layers["layer"] = own
      let quantized = try SmallRecurrences.quantizer(
        SmallRecurrences.network(lstm, steps: 10), scheme, samples
      ).quantized()
      let integer = try #require(quantized.firstLSTM)
      #expect(integer.weightFormat == format)
      #expect((integer.encoding == nil) == ["int6", "fixed8"].contains(spelling))
      var decoded = lstm
      decoded.inputWeights = stacked(
        integer, \.inputWeights, \.inputMultipliers, quantized.quantizations[0].scale)
      decoded.hiddenWeights = stacked(
        integer, \.hiddenWeights, \.hiddenMultipliers, quantized.quantizations[1].scale)
      if spelling != "int6" {
        try check(decoded.inputWeights, lstm.inputWeights, format, granularity)
        try check(decoded.hiddenWeights, lstm.hiddenWeights, format, granularity)
      }
      let error = try await largestError(of: quantized, from: decoded, steps: 10, samples)
      #expect(error <= 0.002)
    }
  }

  /// The real weights of all gates in ONNX order, by the multipliers of their sums.
  private func stacked(
    _ lstm: QuantizedLSTM, _ weights: KeyPath<QuantizedGate, Tensor<Int32>>,
    _ multipliers: KeyPath<QuantizedGate, [QuantizedMultiplier]>, _ scale: Double
  ) -> Tensor<Float> {
    var elements: [Float] = []
    for gate in lstm.gates {
      let columns = gate[keyPath: weights].shape[1]
      for (place, code) in gate[keyPath: weights].elements.enumerated() {
        let all = gate[keyPath: multipliers]
        let own = all[all.count > 1 ? place / columns : 0]
        let real =
          Double(own.mantissa) * Double(sign: .plus, exponent: own.exponent - 31, significand: 1)
        elements.append(Float(Double(code) * real / 4096 / scale))
      }
    }
    let columns = elements.count / (4 * lstm.units)
    return Tensor(shape: Shape([4 * lstm.units, columns]), elements: elements)
  }

  /// Holds weights to what the encoder makes of each gate's matrix.
  private func check(
    _ decoded: Tensor<Float>?, _ float: Tensor<Float>?, _ format: NumberFormat,
    _ granularity: Granularity
  ) throws {
    let decoded = try #require(decoded)
    let float = try #require(float)
    let count = float.elements.count / 4
    for gate in 0..<4 {
      let part = Array(float.elements[gate * count..<(gate + 1) * count])
      let encoded = EncodedWeights(
        Tensor(shape: Shape([float.shape[0] / 4, float.shape[1]]), elements: part), format: format,
        granularity: granularity)
      for (place, value) in encoded.values().enumerated() {
        let expected = value.double * encoded.scales[place / float.shape[1]]
        #expect(abs(Double(decoded.elements[gate * count + place]) - expected) <= 1e-6)
      }
    }
  }

  /// An LSTM of one unit whose cell grows by nearly 1 a step.
  private func counter(clip: Float? = nil) -> LSTM {
    LSTM(
      units: 1, inputs: 1, inputWeights: Tensor(shape: Shape([4, 1]), elements: [1, 1, 1, 1]),
      hiddenWeights: Tensor(shape: Shape([4, 1]), elements: [0, 0, 0, 0]), bias: [9, 9, 9, 9],
      cellClip: clip)
  }

  @Test(
    "the cell's step is that of the least power of two that holds what was seen, or can be",
    arguments: [(1, -15), (2, -14), (5, -12), (20, -10), (40, -9), (100, -9)])
  func cellScale(_ row: (steps: Int, exponent: Int)) async throws {
    let network = SmallRecurrences.network(counter(), steps: row.steps)
    let samples = [[Float](repeating: 0.5, count: row.steps)]
    let seen = try SmallRecurrences.quantizer(network, QuantizationScheme(), samples).quantized()
    #expect(seen.firstLSTM?.cellExponent == row.exponent)
    let blind = try Quantizer(
      network.verified(), scheme: QuantizationScheme(), observations: []
    ).quantized()
    #expect(blind.firstLSTM?.cellExponent == row.exponent)
    // tanh of the last cell is 1 to within a step of the output.
    let codes = try await SmallRecurrences.codes(seen, samples)
    let last = seen.quantizations[1].real(try #require(codes[0].last))
    let float = try FloatExecutor(network.verified()).output(samples[0])
    #expect(abs(last - Double(try #require(float.last))) < 0.01)
    let clipped = SmallRecurrences.network(counter(clip: 0.75), steps: row.steps)
    let short = try SmallRecurrences.quantizer(clipped, QuantizationScheme(), samples).quantized()
    #expect(short.firstLSTM?.cellExponent == -15)
    #expect(short.firstLSTM?.cellClip == 24576)
  }

  @Test("a scheme's own scale of the cell wins, and a scheme with all scales needs no calibration")
  func givenCellScale() throws {
    let network = try SmallRecurrences.network(counter(), steps: 5).verified()
    var own = LayerScheme()
    own.output = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 0.01, zeroPoint: 0)
    var scheme = QuantizationScheme(layers: [
      "layer": own, "input": own,
    ])
    #expect(!scheme.isCalibrated(for: network.network))
    scheme.layers["layer"]?.cellScale = 0x1p-11
    #expect(scheme.isCalibrated(for: network.network))
    let quantized = try Quantizer(network, scheme: scheme, observations: []).quantized()
    #expect(quantized.firstLSTM?.cellExponent == -11)
    scheme.replaceCalibrator(with: .kl)
    #expect(scheme.layers["layer"]?.cellScale == nil)
  }
}

import Arithmetic
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct QuantizerTests {
  private func format(_ spelling: String) throws -> NumberFormat {
    try NumberFormat(spelling: spelling)
  }

  private func linear(
    _ network: Network, _ scheme: QuantizationScheme, _ samples: [[Float]]
  ) throws -> QuantizedLinear {
    let quantized = try SmallNetworks.quantizer(network, scheme: scheme, samples: samples)
      .quantized()
    return try #require(quantized.firstLinear)
  }

  @Test("int8 per channel and uint8 by hand")
  func byHand() throws {
    // Input -1...4.1: scale 5.1/255 = 0.02, zero point 50. Rows scale by their largest magnitude.
    let network = SmallNetworks.connected(
      [1.27, -0.635, -2.54, 0.02], outputs: 2, bias: [0.1, -0.2])
    let quantized = try SmallNetworks.quantizer(
      network, scheme: QuantizationScheme(), samples: [[-1, 4.1]]
    ).quantized()
    let input = quantized.quantizations[0]
    #expect(abs(input.scale - 0.02) < 1e-8)
    #expect(input.zeroPoint == 50)
    #expect(input.format == .affine(IntegerFormat(bits: 8, isSigned: false)))
    let linear = try #require(quantized.firstLinear)
    #expect(abs(linear.weightScales[0] - 0.01) < 1e-8)
    #expect(abs(linear.weightScales[1] - 0.02) < 1e-8)
    // -0.635 / 0.01 is -63.5 to within the rounding of the floats.
    #expect(linear.weights.elements[0] == 127 && linear.weights.elements[2] == -127)
    #expect([-63, -64].contains(linear.weights.elements[1]))
    #expect(linear.weights.elements[3] == 1)
    // Bias codes are in units of input scale times weight scale.
    #expect(linear.bias == [500, -500])
  }

  @Test("per tensor one scale serves all channels")
  func perTensor() throws {
    let network = SmallNetworks.connected([1.27, 0.1, -2.54, 0.02], outputs: 2)
    let linear = try linear(
      network, QuantizationScheme(granularity: .tensor), [[1, 1]])
    #expect(linear.weightScales[0] == linear.weightScales[1])
    #expect(abs(linear.weightScales[0] - 0.02) < 1e-8)
    #expect(linear.weights.elements == [64, 5, -127, 1] || linear.weights.elements[0] == 63)
    #expect(linear.bias == nil)
  }

  @Test("weights of every width use the whole symmetric range", arguments: 2...16)
  func widths(bits: Int) throws {
    var random = SeededGenerator(seed: UInt64(bits))
    let weights = random.floats(300)
    for granularity in Granularity.allCases {
      let linear = try linear(
        SmallNetworks.connected(weights, outputs: 3),
        QuantizationScheme(
          weights: try format("int\(bits)"), activations: try format("uint\(bits)"),
          granularity: granularity), [random.floats(100)])
      let highest = Int32((1 << (bits - 1)) - 1)
      let magnitudes = linear.weights.elements.map(abs)
      #expect(magnitudes.max() == highest)
      for (index, code) in linear.weights.elements.enumerated() {
        let scale = linear.weightScales[index / 100]
        #expect(abs(Double(code) * scale - Double(weights[index])) <= scale * 0.500001)
      }
    }
  }

  @Test("fixed point: every scale is a power of two that holds the range", arguments: [4, 8, 16])
  func fixedPoint(bits: Int) throws {
    var random = SeededGenerator(seed: 3)
    let network = SmallNetworks.connected(random.floats(40).map { $0 * 3 }, outputs: 4)
    let samples = (0..<5).map { _ in random.floats(10).map { $0 * 5 } }
    let quantized = try SmallNetworks.quantizer(
      network,
      scheme: QuantizationScheme(
        weights: try format("fixed\(bits)"), activations: try format("ufixed\(bits)")),
      samples: samples
    ).quantized()
    let largest = samples.joined().map(abs).max() ?? 0
    let input = quantized.quantizations[0]
    // The numbers are signed, so the unsigned format becomes signed.
    #expect(input.format == .fixedPoint(IntegerFormat(bits: bits, isSigned: true)))
    #expect(input.zeroPoint == 0)
    #expect(input.scale * Double(1 << (bits - 1)) >= Double(largest) * 0.999)
    #expect(input.scale / 2 * Double(1 << (bits - 1)) < Double(largest) * 1.2)
    let linear = try #require(quantized.firstLinear)
    for scale in linear.weightScales + quantized.quantizations.map(\.scale) {
      #expect(scale.significand == 1)
    }
    #expect(abs(linear.weights.elements.map(abs).max() ?? 0) <= (1 << (bits - 1)) - 1)
  }

  @Test("a bias that would not fit 31 bits widens its channel's scale")
  func largeBias() throws {
    let linear = try linear(
      SmallNetworks.connected([1e-9, 1e-9, 1, 1], outputs: 2, bias: [1000, 1]),
      QuantizationScheme(), [[1, 1]])
    let bias = try #require(linear.bias)
    #expect(abs(bias[0]) <= 1 << 30)
    let real = Double(bias[0]) * linear.weightScales[0] / 255
    #expect(abs(real - 1000) < 1e-3)
  }

  @Test("a channel of zeros has codes of zero and a scale of the others' size")
  func zeroChannel() throws {
    let linear = try linear(
      SmallNetworks.connected([0, 0, 1.27, 0.5], outputs: 2), QuantizationScheme(), [[1, 1]])
    #expect(linear.weights.elements.prefix(2) == [0, 0])
    #expect(linear.weightScales[0] == linear.weightScales[1])
    let zeros = try self.linear(
      SmallNetworks.connected([0, 0], outputs: 1), QuantizationScheme(), [[0, 0]])
    #expect(zeros.weights.elements == [0, 0])
    #expect(zeros.weightScales[0] > 0)
  }

  @Test("least squares clips weights when that errs less")
  func leastSquaresWeights() throws {
    var random = SeededGenerator(seed: 8)
    var weights = random.floats(2000).map { $0 * 0.1 }
    weights[0] = 0.35
    func error(_ calibrator: Calibrator) throws -> Double {
      let linear = try linear(
        SmallNetworks.connected(weights, outputs: 1),
        QuantizationScheme(weights: try format("int3"), calibrator: calibrator),
        [random.floats(2000)])
      return zip(weights, linear.weights.elements).reduce(0) {
        let difference = Double($1.1) * linear.weightScales[0] - Double($1.0)
        return $0 + difference * difference
      }
    }
    #expect(try error(.mse) < error(.minmax) * 0.8)
  }

  @Test("a fused clip becomes a clamp of codes")
  func clamps() throws {
    func clamp(_ fused: Activation?) throws -> ClosedRange<Int> {
      let quantized = try SmallNetworks.quantizer(
        SmallNetworks.connected([1], outputs: 1, fused: fused), scheme: QuantizationScheme(),
        samples: [[-1], [1], [6.65]]
      ).quantized()
      return quantized.layers[0].clamp
    }
    #expect(try clamp(nil) == 0...255)
    // After relu the range starts at 0, and the scale is 6.65 / 255.
    #expect(try clamp(.relu) == 0...255)
    // 2 / 255 in float32 is a little more than the quotient: 1 is 127.4999 steps above code 127.
    #expect(try clamp(.clip(low: -1, high: 1)) == 0...254)
    #expect(try clamp(.clip(low: 1, high: 100)).lowerBound == 38)
  }

  @Test("pools and movements of data keep their input's quantization")
  func passedOn() throws {
    let window = WindowGeometry(height: 2, width: 2, kernelHeight: 2, kernelWidth: 2)
    for operation: Operation in [
      .pool(Pool(kind: .average, window: window)), .reshape(Shape([1, 8])),
      .transpose([0, 2, 3, 1]),
      .pad(before: [0, 0, 1, 1], after: [0, 0, 1, 1], value: 0),
    ] {
      let quantized = try SmallNetworks.quantizer(
        SmallNetworks.single(operation, Shape([1, 2, 2, 2])), scheme: QuantizationScheme(),
        samples: [[-1, 2, 3, 4, 5, 6, 7, 8]]
      ).quantized()
      #expect(quantized.quantizations[0] == quantized.quantizations[1])
      if case .pad(_, _, let code) = quantized.layers[0].operation {
        #expect(code == quantized.quantizations[0].zeroPoint)
      }
    }
  }

  @Test("sign and softmax have scales of their own")
  func ownScales() throws {
    func output(_ operation: Operation, _ activations: String) throws -> QuantizedNetwork {
      try SmallNetworks.quantizer(
        SmallNetworks.single(operation, Shape([1, 4])),
        scheme: QuantizationScheme(activations: try format(activations)),
        samples: [[-1, 0, 0.5, 3]]
      ).quantized()
    }
    let sign = try output(.activation(.sign), "uint8")
    #expect(sign.quantizations[1].scale == 1 && sign.quantizations[1].zeroPoint == 1)
    guard case .table(let table) = sign.layers[0].operation else {
      Issue.record("a sign is a table")
      return
    }
    #expect(Set(table) == [0, 1, 2])
    let fixed = try output(.activation(.sign), "ufixed8")
    #expect(fixed.quantizations[1].zeroPoint == 0)
    #expect(fixed.quantizations[1].format.integer.isSigned)

    let softmax = try output(.softmax(axis: 1), "int8")
    #expect(softmax.quantizations[1].scale == 1.0 / 256)
    #expect(softmax.quantizations[1].zeroPoint == -128)
    #expect(try output(.softmax(axis: 1), "uint4").quantizations[1].scale == 1.0 / 16)
  }

  @Test("an activation is a table of the codes nearest to its values")
  func tables() throws {
    let quantized = try SmallNetworks.quantizer(
      SmallNetworks.single(.activation(.hardSwish), Shape([1, 2])), scheme: QuantizationScheme(),
      samples: [[-4, 4]]
    ).quantized()
    guard case .table(let table) = quantized.layers[0].operation else {
      Issue.record("an activation is a table")
      return
    }
    #expect(table.count == 256)
    for (code, result) in table.enumerated() {
      let x = quantized.quantizations[0].real(code)
      let y = x * min(max(x / 6 + 0.5, 0), 1)
      let output = quantized.quantizations[1]
      let nearest = min(max(y, output.real(0)), output.real(255))
      #expect(abs(output.real(Int(result)) - nearest) <= output.scale * 0.500001)
    }
  }
}

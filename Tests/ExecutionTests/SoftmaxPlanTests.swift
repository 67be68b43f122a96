import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SoftmaxPlanTests {
  @Test("rows of codes are within a step of the real softmax, along any axis", arguments: 0..<40)
  func rows(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let shape = Shape([1, 3, 4, 5])
    let axis = Int(seed % 3) + 1
    let input = SmallNetwork.signed(Double.random(in: 0.01...0.2, using: &random), -3)
    let isSigned = seed.isMultiple(of: 2)
    let format = IntegerFormat(bits: [4, 8, 16][Int(seed % 3)], isSigned: isSigned)
    let scale = Double(sign: .plus, exponent: -format.bits, significand: 1)
    let output = ActivationQuantization(
      format: .affine(format), scale: scale, zeroPoint: format.lowest)
    let codes = (0..<shape.count).map { _ in Int32.random(in: -128...127, using: &random) }
    let results = try SmallNetwork.codes(
      .softmax(axis: axis), input: input, shape: shape, output: output, outputShape: shape, codes)
    let strides = shape.strides
    for index in 0..<shape.count {
      let start = index - index / strides[axis] % shape[axis] * strides[axis]
      let row = (0..<shape[axis]).map { start + $0 * strides[axis] }
      let largest = row.map { codes[$0] }.max() ?? 0
      func exponential(_ place: Int) -> Double { exp(Double(codes[place] - largest) * input.scale) }
      let exact = exponential(index) / row.reduce(0) { $0 + exponential($1) } / scale
      let code = Double(results[index]) - Double(format.lowest)
      #expect(abs(code - min(exact, Double(1 << format.bits) - 1)) <= 0.51)
    }
  }

  @Test("equal codes share one, and a lone winner takes the largest code")
  func ends() throws {
    let output = ActivationQuantization(
      format: SmallNetwork.uint8, scale: 1.0 / 256, zeroPoint: 0)
    func softmax(_ codes: [Int32], scale: Double) throws -> [Int32] {
      try SmallNetwork.codes(
        .softmax(axis: 1), input: SmallNetwork.signed(scale), shape: Shape([1, codes.count]),
        output: output, outputShape: Shape([1, codes.count]), codes)
    }
    #expect(try softmax([5, 5, 5, 5], scale: 1) == [64, 64, 64, 64])
    #expect(try softmax([127, -128, 0], scale: 1) == [255, 0, 0])
    #expect(try softmax([-7], scale: 1) == [255])
  }
}

/// Softmax as TFLite Micro and CMSIS-NN compute it, and in real numbers.
@Suite struct RuntimeSoftmaxTests {
  private func rows(
    _ codes: [Int32], width: Int, input: ActivationQuantization, output: ActivationQuantization,
    beta: Double = 1, flavour: SoftmaxFlavour
  ) throws -> [Int32] {
    var arithmetic = ArithmeticSpec()
    arithmetic.softmax = flavour
    let shape = Shape([1, codes.count / width, width])
    return try SmallNetwork.codes(
      .softmax(axis: 2, beta: beta), input: input, shape: shape, output: output,
      outputShape: shape, arithmetic: arithmetic, codes)
  }

  private static let byte = SmallNetwork.signed(1.0 / 256, -128)

  /// Source: CMSIS-NN unit tests, `softmax`, `softmax_s16` (Apache-2.0, Arm Limited).
  @Test("the recorded rows of CMSIS-NN's int8 softmax")
  func bytes() throws {
    // The recorded multiplier 1077952640 * 2^(19 - 31) is scale * beta * 2^26.
    let scale = 1_077_952_640.0 / 4096 / 67_108_864
    let codes: [Int32] = [101, 49, 6, -34, -75, -79, -38, 120, -55, 115]
    let expected: [Int32] = [-57, -70, -79, -86, -92, -94, -88, -54, -91, -56]
    let input = SmallNetwork.signed(scale)
    #expect(
      try rows(codes, width: 5, input: input, output: Self.byte, flavour: .gemmlowp) == expected)
    // Half the scale and twice the exponent are the same.
    let half = SmallNetwork.signed(scale / 2)
    #expect(
      try rows(codes, width: 5, input: half, output: Self.byte, beta: 2, flavour: .gemmlowp)
        == expected)
  }

  @Test("the recorded rows of CMSIS-NN's int16 softmax")
  func shorts() throws {
    let codes: [Int32] = [
      -9644, -28042, -8526, 29765, -5843, -5893, -21496, 20033, 23677, 18875, -27118, -15266,
      17315, 24609, 24257, 8343, -2746, -27513, 19950, -24181, -11068, -27257, -27051, 18595,
      -22234, 5207, 24933, -27986, 31412, 28522,
    ]
    let expected: [Int32] = [
      1986, 1133, 2055, 6611, 2230, 2227, 1383, 4912, 5490, 4742, 1200, 1723, 4657, 5818, 5756,
      3542, 2525, 1186, 5047, 1313, 1856, 1133, 1140, 4590, 1320, 3051, 5570, 1108, 6787, 6214,
    ]
    // 1718013132 * 2^(-2 - 31) is scale * 65535 / 10.
    let scale = 1_718_013_132.0 / 8_589_934_592 * (10.0 / 65_535)
    #expect(
      try rows(
        codes, width: 10, input: OperatorNetwork.codes(16, scale),
        output: OperatorNetwork.codes(16, 1.0 / 32_768), flavour: .gemmlowp) == expected)
  }

  @Test("8 and 16 bits in and out are near the real softmax", arguments: 0..<60)
  func nearReal(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let wide = seed % 3 == 2
    let bits = wide || seed % 3 == 1 ? 16 : 8
    let input = OperatorNetwork.codes(
      wide ? 16 : 8, Double.random(in: 0.01...0.2, using: &random) / (wide ? 256 : 1), 5)
    let output =
      wide
      ? OperatorNetwork.codes(16, 1.0 / 32_768)
      : OperatorNetwork.codes(bits, 1 / Double(1 << bits), -(1 << (bits - 1)))
    let width = Int.random(in: 1...12, using: &random)
    let limit = wide ? 32_767 : 127
    let codes = (0..<width * 4).map { _ in
      Int32.random(in: -Int32(limit)...Int32(limit), using: &random)
    }
    let real = try rows(codes, width: width, input: input, output: output, flavour: .float)
    let fixed = try rows(codes, width: width, input: input, output: output, flavour: .gemmlowp)
    for row in 0..<4 {
      let slice = codes[row * width..<(row + 1) * width]
      let largest = slice.max() ?? 0
      let powers = slice.map { exp(Double($0 - largest) * input.scale) }
      let sum = powers.reduce(0, +)
      for (index, power) in powers.enumerated() {
        let exact = min(
          power / sum / output.scale + Double(output.zeroPoint), Double(output.codes.upperBound))
        let place = row * width + index
        #expect(abs(Double(real[place]) - exact) <= (bits == 16 ? 0.6 : 0.501))
        #expect(abs(Double(fixed[place]) - exact) <= (wide ? 20 : bits == 16 ? 1.1 : 0.51))
      }
    }
  }

  @Test("codes far below the largest give the lowest output, whatever the scale")
  func far() throws {
    for scale in [0.13, 1, 40, 1e9] {
      let codes = try rows(
        [127, -128, -128], width: 3, input: SmallNetwork.signed(scale), output: Self.byte,
        flavour: .gemmlowp)
      #expect(codes == [127, -128, -128])
    }
    // 512 equal codes and more do not stop anything.
    let many = try rows(
      [Int32](repeating: 3, count: 5000), width: 5000, input: SmallNetwork.signed(1),
      output: Self.byte, flavour: .gemmlowp)
    #expect(many.count == 5000)
  }

  @Test("codes of more than 16 bits are an error")
  func errors() {
    #expect(throws: ExecutionError.self) {
      try rows(
        [1], width: 1, input: OperatorNetwork.codes(32), output: Self.byte, flavour: .gemmlowp)
    }
  }
}

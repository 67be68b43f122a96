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

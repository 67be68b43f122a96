import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// Images lie channel-last in memory, but every result must be in ONNX order.
@Suite struct StorageOrderTests {
  private let quantization = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 16, isSigned: true)), scale: 1, zeroPoint: 3)

  private func codes(_ shape: Shape) -> [Int32] { (0..<Int32(shape.count)).map { $0 + 100 } }

  private func run(
    _ operation: QuantizedOperation, _ shape: Shape, to target: Shape
  ) throws -> [Int32] {
    try SmallNetwork.codes(
      operation, input: quantization, shape: shape, output: quantization, outputShape: target,
      codes(shape))
  }

  @Test(
    "a reshape keeps the row-major order of ONNX",
    arguments: [
      ([1, 3, 2, 4], [1, 24]), ([1, 24], [1, 3, 2, 4]), ([1, 3, 2, 4], [1, 2, 4, 3]),
      ([1, 3, 2, 4], [1, 6, 4]), ([1, 2, 12], [1, 12, 2]),
    ])
  func reshape(from: [Int], to: [Int]) throws {
    #expect(try run(.reshape, Shape(from), to: Shape(to)) == codes(Shape(from)))
  }

  @Test(
    "a transposition is that of the tensor in ONNX order",
    arguments: [
      ([1, 3, 2, 4], [0, 2, 3, 1]), ([1, 3, 2, 4], [0, 3, 1, 2]), ([1, 3, 2, 4], [3, 1, 2, 0]),
      ([1, 5, 4], [0, 2, 1]), ([4, 5], [1, 0]),
    ])
  func transpose(shape: [Int], axes: [Int]) throws {
    let tensor = Tensor(shape: Shape(shape), elements: codes(Shape(shape)))
    let expected = tensor.transposed(axes)
    #expect(
      try run(.transpose(axes), tensor.shape, to: expected.shape) == expected.elements)
  }

  @Test("a border has the given code on every axis")
  func pad() throws {
    let shape = Shape([1, 2, 2, 3])
    let before = [0, 1, 2, 0]
    let target = Shape([1, 4, 4, 4])
    let result = try run(.pad(before: before, after: [0, 1, 0, 1], code: -7), shape, to: target)
    let source = codes(shape)
    for c in 0..<4 {
      for y in 0..<4 {
        for x in 0..<4 {
          let (sc, sy, sx) = (c - 1, y - 2, x)
          let isInside = (0..<2).contains(sc) && (0..<2).contains(sy) && (0..<3).contains(sx)
          let expected = isInside ? source[(sc * 2 + sy) * 3 + sx] : -7
          #expect(result[(c * 4 + y) * 4 + x] == expected)
        }
      }
    }
  }

  @Test("a table gives each code its own, clamped")
  func table() throws {
    let input = SmallNetwork.signed(1)
    let table = (-128...127).map { Int32(-$0 - 1) }
    let codes: [Int32] = [-128, -1, 0, 127]
    #expect(
      try SmallNetwork.codes(
        .table(table), input: input, shape: Shape([1, 4]), output: input,
        outputShape: Shape([1, 4]), clamp: -100...100, codes) == [100, 0, -1, -100])
  }

  @Test("a concatenation rescales each input to the output", arguments: [1, 2, 3])
  func concatenation(axis: Int) throws {
    let first = SmallNetwork.signed(0.1, 4)
    let second = SmallNetwork.unsigned(0.3, 10)
    let output = SmallNetwork.signed(0.3, -5)
    let shape = Shape([1, 2, 3, 2])
    var target = shape
    target.extents[axis] *= 2
    var random = SeededGenerator(seed: 4)
    let left = (0..<12).map { _ in Int32.random(in: -128...127, using: &random) }
    let right = (0..<12).map { _ in Int32.random(in: 0...255, using: &random) }
    let result = try SmallNetwork.codes(
      .concatenation(axis: axis), first: first, second: second, output: output, shape: shape,
      outputShape: target, arithmetic: ArithmeticSpec(requantization: .single), left, right)
    let strides = shape.strides
    let targetStrides = target.strides
    for index in 0..<target.count {
      var place = 0
      var isSecond = false
      for i in 0..<4 {
        var position = index / targetStrides[i] % target[i]
        if i == axis && position >= shape[i] {
          position -= shape[i]
          isSecond = true
        }
        place += position * strides[i]
      }
      let real = isSecond ? second.real(Int(right[place])) : first.real(Int(left[place]))
      let exact = min(max(real / output.scale - 5, -128), 127)
      #expect(abs(Double(result[index]) - exact) <= 0.5 + 1e-6)
    }
  }

  @Test("a concatenation of the output's own codes copies them")
  func sameCodes() throws {
    let shape = Shape([1, 3])
    let result = try SmallNetwork.codes(
      .concatenation(axis: 1), input: quantization, shape: shape, output: quantization,
      outputShape: Shape([1, 6]), reads: 2, [-32768, 5, 32767])
    #expect(result == [-32768, 5, 32767, -32768, 5, 32767])
  }

  @Test("shifts refuse scales that are no powers of two")
  func shiftErrors() throws {
    let arithmetic = ArithmeticSpec(requantization: .shift)
    let error = #expect(throws: ExecutionError.self) {
      try SmallNetwork.codes(
        .concatenation(axis: 1), first: SmallNetwork.signed(0.5), second: SmallNetwork.signed(0.3),
        output: SmallNetwork.signed(1), shape: Shape([1, 1]), outputShape: Shape([1, 2]),
        arithmetic: arithmetic, [0], [0])
    }
    #expect(
      error?.description
        == "layer 'layer': requantization by shift or cast needs power-of-two scales, the multiplier is "
        + "0.3; use a float network with fixed-point formats, e.g. --weights fixed8 "
        + "--activations fixed8")
  }
}

import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct MatrixProductPlanTests {
  /// The element of a row-major tensor at a place of a larger, broadcast one.
  private func element(
    _ operand: OperatorNetwork.Operand, _ outer: [Int], _ row: Int, _ column: Int
  )
    -> Int
  {
    let rank = operand.shape.rank
    let leading = outer.suffix(rank - 2).enumerated().map { axis, index in
      operand.shape[axis] == 1 ? 0 : index
    }
    let place = zip(leading + [row, column], operand.shape.strides).reduce(0) { $0 + $1.0 * $1.1 }
    return Int(operand.codes[place]) - operand.quantization.zeroPoint
  }

  @Test("products of any rank, broadcast and transposed, equal the sums", arguments: 0..<120)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let product = MatrixProduct(
      transposesFirst: draw(0...1) == 1, transposesSecond: draw(0...1) == 1)
    let (rows, depth, columns) = (draw(1...5), draw(1...6), draw(1...5))
    let outer = [1, draw(1...3)].suffix(draw(0...2))
    let bits = [8, 8, 16][draw(0...2)]
    func operand(_ swaps: Bool, _ height: Int, _ width: Int) -> OperatorNetwork.Operand {
      let leading = outer.map { draw(0...2) == 0 ? 1 : $0 }.suffix(draw(0...outer.count))
      let shape = Shape(leading + (swaps ? [width, height] : [height, width]))
      let quantization = OperatorNetwork.codes(
        bits, Double(Float(draw(1...900)) / 1000), bits == 8 ? draw(-128...127) : 0)
      return OperatorNetwork.Operand(
        codes: (0..<shape.count).map { _ in
          Int32.random(in: bits == 8 ? -128...127 : -32_768...32_767, using: &random)
        }, shape: shape, quantization: quantization)
    }
    let first = operand(product.transposesFirst, rows, depth)
    let second = operand(product.transposesSecond, depth, columns)
    let rank = max(first.shape.rank, second.shape.rank)
    let wholeOuter = (0..<rank - 2).map { axis -> Int in
      let extents = [first, second].map { operand -> Int in
        let own = axis - (rank - operand.shape.rank)
        return own < 0 ? 1 : operand.shape[own]
      }
      return extents.max() ?? 1
    }
    let shape = Shape(wholeOuter + [rows, columns])
    let scale = Double(Float(depth) * (bits == 8 ? 90 : 20_000))
    let output = OperatorNetwork.codes(bits, scale, bits == 8 ? 3 : 0)
    let result = try OperatorNetwork.result(
      .matrixProduct(product), of: [first, second], output: output, shape: shape)
    let real =
      Double(Float(first.quantization.scale) * Float(second.quantization.scale)) / scale
    let rescale = Requantization(real, flavour: bits == 8 ? .gemmlowp : .reduced)
    for (place, code) in result.enumerated() {
      var rest = place
      let position = shape.strides.map { stride -> Int in
        defer { rest %= stride }
        return rest / stride
      }
      let (row, column) = (position[rank - 2], position[rank - 1])
      var sum = 0
      for step in 0..<depth {
        let a =
          product.transposesFirst
          ? element(first, Array(position.dropLast(2)), step, row)
          : element(first, Array(position.dropLast(2)), row, step)
        let b =
          product.transposesSecond
          ? element(second, Array(position.dropLast(2)), column, step)
          : element(second, Array(position.dropLast(2)), step, column)
        sum += a * b
      }
      let expected = rescale.rescaled(sum) + output.zeroPoint
      #expect(Int(code) == min(max(expected, output.codes.lowerBound), output.codes.upperBound))
    }
  }

  @Test("sums of 8-bit products wrap in 32 bits, those of 16-bit ones do not")
  func wraps() throws {
    func product(_ bits: Int, _ code: Int32, _ depth: Int, _ scale: Double) throws -> Int32 {
      let quantization = OperatorNetwork.codes(bits)
      func operand(_ shape: [Int]) -> OperatorNetwork.Operand {
        OperatorNetwork.Operand(
          codes: [Int32](repeating: code, count: depth), shape: Shape(shape),
          quantization: quantization)
      }
      return try OperatorNetwork.result(
        .matrixProduct(MatrixProduct()), of: [operand([1, depth]), operand([depth, 1])],
        output: OperatorNetwork.codes(bits, scale), shape: Shape([1, 1]))[0]
    }
    // 2^14 * 2^17 = 2^31 is -2^31 in 32 bits; over 2^26 that is -32.
    #expect(try product(8, -128, 1 << 17, 67_108_864) == -32)
    // 2^30 * 4 = 2^32 stays; over 2^20 that is 4096.
    #expect(try product(16, -32_768, 4, 1_048_576) == 4096)
  }

  @Test("the rounding is the arithmetic's")
  func flavours() throws {
    let one = OperatorNetwork.codes(8)
    func halves(_ flavour: RequantizationFlavour) throws -> [Int32] {
      try OperatorNetwork.result(
        .matrixProduct(MatrixProduct()),
        of: [
          OperatorNetwork.Operand(codes: [1, 3, -1, -3], shape: Shape([4, 1]), quantization: one),
          OperatorNetwork.Operand(codes: [1], shape: Shape([1, 1]), quantization: one),
        ], output: OperatorNetwork.codes(8, 2), shape: Shape([4, 1]),
        arithmetic: ArithmeticSpec(requantization: flavour))
    }
    #expect(try halves(.float) == [0, 2, 0, -2])
    #expect(try halves(.single) == [1, 2, 0, -1])
    #expect(try halves(.shift) == [1, 2, 0, -1])
  }
}

import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct SlicePlanTests {
  @Test("a slice takes its elements, with steps and backwards, of any rank", arguments: 0..<60)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let shape = Shape([1] + (0..<draw(1...3)).map { _ in draw(1...6) })
    var slice = Slice(begin: [], steps: [], counts: [])
    for extent in shape.extents {
      let begin = draw(0...extent - 1)
      let step = [-2, -1, 1, 1, 2, 3][draw(0...5)]
      let room = (step > 0 ? extent - 1 - begin : begin) / abs(step) + 1
      slice.begin.append(begin)
      slice.steps.append(step)
      slice.counts.append(draw(1...room))
    }
    let codes = (0..<shape.count).map(Int32.init)
    let target = Shape(slice.counts)
    let result = try OperatorNetwork.result(
      .slice(slice),
      of: [
        OperatorNetwork.Operand(
          codes: codes, shape: shape, quantization: OperatorNetwork.codes(16))
      ], output: OperatorNetwork.codes(16), shape: target)
    for (place, code) in result.enumerated() {
      var expected = 0
      for axis in 0..<shape.rank {
        let index = place / target.strides[axis] % target[axis]
        expected += (slice.begin[axis] + index * slice.steps[axis]) * shape.strides[axis]
      }
      #expect(code == Int32(expected))
    }
  }

  @Test("wide codes of one quantization are joined as they are, others are an error")
  func concatenation() throws {
    func operand(_ codes: [Int32], _ scale: Double) -> OperatorNetwork.Operand {
      OperatorNetwork.Operand(
        codes: codes, shape: Shape([1, 2]), quantization: OperatorNetwork.codes(32, scale))
    }
    let joined = try OperatorNetwork.result(
      .concatenation(axis: 1), of: [operand([1, .max], 1), operand([.min, -1], 1)],
      output: OperatorNetwork.codes(32), shape: Shape([1, 4]))
    #expect(joined == [1, .max, .min, -1])
    #expect(throws: ExecutionError.self) {
      try OperatorNetwork.result(
        .concatenation(axis: 1), of: [operand([1, 2], 1), operand([3, 4], 2)],
        output: OperatorNetwork.codes(32), shape: Shape([1, 4]))
    }
  }

  @Test("a constant of the wrong size is an error")
  func constant() {
    #expect(throws: ExecutionError.self) {
      try OperatorNetwork.result(
        .requantize,
        of: [
          OperatorNetwork.Operand(
            codes: [1, 2], shape: Shape([1, 3]), quantization: OperatorNetwork.codes(8))
        ], output: OperatorNetwork.codes(8), shape: Shape([1, 3]))
    }
  }
}

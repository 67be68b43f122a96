import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct ThresholdPlanTests {
  @Test("codes count the thresholds that are reached, by channel of any axis", arguments: 0..<40)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let shape = Shape(
      [[1, 3, 4, 5], [1, 3, 4], [1, 6], [1, 37, 2, 3], [1, 16, 1, 2]][draw(0...4)])
    let axis = draw(1...shape.rank - 1)
    let input = OperatorNetwork.codes(16, 0.5, draw(-20...20))
    let count = draw(0...3) == 0 ? 1 : shape[axis]
    let steps = draw(0...7)
    let countsUp = draw(0...1) == 0
    let tables = (0..<count).map { _ in
      let first = draw(-8...1)
      return ThresholdTable(
        thresholds: (0..<steps).map { _ in draw(-300...300) }.sorted(),
        codes: (0...steps).map { Int32(countsUp ? first + $0 : draw(-9...9)) })
    }
    let codes = (0..<shape.count).map { _ in Int32(draw(-320...320)) }
    let result = try OperatorNetwork.result(
      .thresholds(tables, axis: axis),
      of: [OperatorNetwork.Operand(codes: codes, shape: shape, quantization: input)],
      output: OperatorNetwork.codes(8), shape: shape, clamp: -8...8)
    for (place, code) in result.enumerated() {
      let channel = place / shape.strides[axis] % shape[axis]
      let table = tables[count == 1 ? 0 : channel]
      let reached = table.thresholds.filter { Int(codes[place]) - input.zeroPoint >= $0 }.count
      #expect(code == min(max(table.codes[reached], -8), 8))
    }
  }

  @Test("a wrong number of tables is an error")
  func errors() {
    let table = ThresholdTable(thresholds: [], codes: [0])
    let error = #expect(throws: ExecutionError.self) {
      try OperatorNetwork.result(
        .thresholds([table, table], axis: 1),
        of: [
          OperatorNetwork.Operand(
            codes: [1, 2, 3], shape: Shape([1, 3]), quantization: OperatorNetwork.codes(8))
        ], output: OperatorNetwork.codes(8), shape: Shape([1, 3]))
    }
    #expect(
      error?.description
        == "layer 'operator': 2 threshold tables along axis 1 of 1x3 cannot be executed; "
        + "replace it by supported operators")
  }
}

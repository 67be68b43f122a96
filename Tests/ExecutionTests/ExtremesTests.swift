import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct ExtremesTests {
  @Test("the larger and the smaller of stored codes, broadcast", arguments: [true, false])
  func extremes(isMaximum: Bool) throws {
    var random = SeededGenerator(seed: 5)
    let quantization = OperatorNetwork.codes(8, 0.1, 17)
    func operand(_ shape: Shape) -> OperatorNetwork.Operand {
      OperatorNetwork.Operand(
        codes: (0..<shape.count).map { _ in Int32.random(in: -128...127, using: &random) },
        shape: shape, quantization: quantization)
    }
    let shape = Shape([1, 3, 4, 5])
    for other in [[1, 3, 4, 5], [1, 3, 1, 1], [1, 1, 4, 1], [4, 1], [1]].map(Shape.init) {
      let (first, second) = (operand(shape), operand(other))
      let result = try OperatorNetwork.result(
        .binary(isMaximum ? .maximum : .minimum), of: [first, second], output: quantization,
        shape: shape)
      let wide = IndexTable.broadcast(other, to: shape).map { second.codes[$0] }
      let expected = zip(first.codes, wide).map { isMaximum ? max($0, $1) : min($0, $1) }
      #expect(result == expected)
    }
  }

  @Test("different quantizations, and quotients of codes, are errors")
  func errors() {
    func error(_ kind: BinaryKind, _ scale: Double) -> String? {
      let operand = OperatorNetwork.Operand(
        codes: [1], shape: Shape([1, 1]), quantization: OperatorNetwork.codes(8))
      return #expect(throws: ExecutionError.self) {
        try OperatorNetwork.result(
          .binary(kind), of: [operand, operand], output: OperatorNetwork.codes(8, scale),
          shape: Shape([1, 1]))
      }?.description
    }
    #expect(
      error(.maximum, 2)
        == "layer 'operator': maximum of different quantizations cannot be executed; "
        + "replace it by supported operators")
    #expect(
      error(.divide, 1)
        == "layer 'operator': divide of integer codes cannot be executed; "
        + "replace it by supported operators")
  }
}

import Foundation
import Networks
import Tensors

extension FloatReference {
  /// A product of two activations, element by element.
  static func multiplied(
    _ product: MatrixProduct, _ sources: [[Double]], _ shapes: [Shape], _ output: Shape
  ) -> [Double] {
    let (a, b) = (shapes[0], shapes[1])
    let inner = a[a.rank - (product.transposesFirst ? 2 : 1)]
    let rows = output[output.rank - 2]
    let columns = output[output.rank - 1]
    let outer = Shape(Array(output.extents.dropLast(2)))
    let first = IndexTable.broadcast(Shape(Array(a.extents.dropLast(2))), to: outer)
    let second = IndexTable.broadcast(Shape(Array(b.extents.dropLast(2))), to: outer)
    return (0..<output.count).map { place in
      let matrix = place / (rows * columns)
      let row = place / columns % rows
      let column = place % columns
      return (0..<inner).reduce(0) { sum, k in
        let x = product.transposesFirst ? k * rows + row : row * inner + k
        let y = product.transposesSecond ? column * inner + k : k * columns + column
        return sum
          + sources[0][first[matrix] * rows * inner + x]
          * sources[1][second[matrix] * inner * columns + y]
      }
    }
  }

  /// The hidden states of an LSTM: the equations of the ONNX operator, unit by unit.
  static func states(_ lstm: LSTM, _ source: [Double]) -> [Double] {
    let units = lstm.units
    var hidden = lstm.initialHidden?.map { Double($0) } ?? [Double](repeating: 0, count: units)
    var cell = lstm.initialCell?.map { Double($0) } ?? [Double](repeating: 0, count: units)
    var states: [Double] = []
    for start in stride(from: 0, to: source.count, by: lstm.inputs) {
      let previous = (hidden, cell)
      /// The sum of gate `gate` (input, output, forget, cell) of a unit, without its peephole.
      func sum(_ gate: Int, _ unit: Int) -> Double {
        let row = gate * units + unit
        var sum = Double(lstm.bias?[row] ?? 0)
        for k in 0..<lstm.inputs {
          sum += Double(lstm.inputWeights?.elements[row * lstm.inputs + k] ?? 0) * source[start + k]
        }
        for k in 0..<units {
          sum += Double(lstm.hiddenWeights?.elements[row * units + k] ?? 0) * previous.0[k]
        }
        return sum
      }
      func peephole(_ gate: Int, _ unit: Int) -> Double {
        Double(lstm.peepholes?[gate * units + unit] ?? 0)
      }
      func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
      for unit in 0..<units {
        let old = previous.1[unit]
        let input = logistic(sum(0, unit) + peephole(0, unit) * old)
        let forget = logistic(sum(2, unit) + peephole(2, unit) * old)
        cell[unit] = forget * old + input * tanh(sum(3, unit))
        hidden[unit] = logistic(sum(1, unit) + peephole(1, unit) * cell[unit]) * tanh(cell[unit])
      }
      states += hidden
    }
    return states
  }
}

import Arithmetic
import Networks
import Tensors
import TestRandomness

/// Small random layers with a memory.
enum RecurrentLayers {
  static func quantization(_ zeroPoint: Int) -> ActivationQuantization {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 1 / 128.0,
      zeroPoint: zeroPoint)
  }

  /// A network of one layer.
  static func network(
    _ operation: QuantizedOperation, input: Shape, output: Shape
  ) -> QuantizedNetwork {
    QuantizedNetwork(
      name: "recurrent",
      layers: [
        QuantizedLayer(
          name: "memory", kind: "lstm", operation: operation, inputs: [0], clamp: -128...127)
      ], shapes: [input, output], quantizations: [quantization(-3), quantization(5)], output: 1)
  }

  static func tensor(
    _ rows: Int, _ columns: Int, _ range: ClosedRange<Int32>, _ generator: inout SeededGenerator
  ) -> Tensor<Int32> {
    Tensor(
      shape: Shape([rows, columns]),
      elements: (0..<rows * columns).map { _ in Int32.random(in: range, using: &generator) })
  }

  /// An LSTM whose weights are in steps of 1/64, input and output in steps of 1/128.
  static func lstm(
    units: Int, inputs: Int, cellExponent: Int = -12, cellClip: Int = 0,
    _ generator: inout SeededGenerator
  ) -> QuantizedLSTM {
    func gate() -> QuantizedGate {
      QuantizedGate(
        inputWeights: tensor(units, inputs, -127...127, &generator),
        hiddenWeights: tensor(units, units, -127...127, &generator),
        bias: (0..<units).map { _ in Int.random(in: -4000...4000, using: &generator) },
        inputMultiplier: QuantizedMultiplier(0x1p-1), hiddenMultiplier: QuantizedMultiplier(0x1p-1))
    }
    return QuantizedLSTM(
      inputGate: gate(), forgetGate: gate(), cellGate: gate(), outputGate: gate(),
      cellExponent: cellExponent, cellClip: cellClip,
      forgetToCell: QuantizedMultiplier(0x1p-15),
      inputToCell: QuantizedMultiplier(
        Double(sign: .plus, exponent: -30 - cellExponent, significand: 1)),
      output: QuantizedMultiplier(0x1p-23), isTimeMajor: false)
  }

  static func svdf(_ generator: inout SeededGenerator) -> QuantizedSVDF {
    QuantizedSVDF(
      rank: 2, weights: tensor(6, 4, -127...127, &generator),
      timeWeights: tensor(6, 3, -2000...2000, &generator),
      bias: (0..<3).map { _ in Int.random(in: -9000...9000, using: &generator) },
      stateClamp: -32768...32767, featureMultiplier: QuantizedMultiplier(0.7),
      outputMultiplier: QuantizedMultiplier(0x1p-19))
  }
}

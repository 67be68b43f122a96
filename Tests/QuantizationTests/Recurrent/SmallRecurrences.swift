import Arithmetic
import Execution
import Networks
import Quantization
import Statistics
import Tensors
import TestRandomness

/// Small random LSTMs and their calibration.
enum SmallRecurrences {
  /// An LSTM whose weights are up to `magnitude`.
  static func lstm(
    units: Int, inputs: Int, magnitude: Float = 0.7, _ random: inout SeededGenerator
  ) -> LSTM {
    var lstm = LSTM(units: units, inputs: inputs)
    lstm.inputWeights = tensor(lstm.inputWeightShape, magnitude, &random)
    lstm.hiddenWeights = tensor(lstm.hiddenWeightShape, magnitude, &random)
    lstm.bias = random.floats(4 * units)
    return lstm
  }

  private static func tensor(
    _ shape: Shape, _ magnitude: Float, _ random: inout SeededGenerator
  ) -> Tensor<Float> {
    Tensor(shape: shape, elements: random.floats(shape.count).map { $0 * magnitude })
  }

  /// A network of the LSTM alone; a sample begins with its batch of 1.
  static func network(_ lstm: LSTM, steps: Int) -> Network {
    var lstm = lstm
    lstm.isBatchFirst = true
    return SmallNetworks.single(.lstm(lstm), Shape([1, steps, lstm.inputs]))
  }

  /// A quantizer that saw some sequences, cells too.
  static func quantizer(
    _ network: Network, _ scheme: QuantizationScheme, _ samples: [[Float]]
  ) throws -> Quantizer {
    let verified = try network.verified()
    let executor = try FloatExecutor(verified)
    var ranges = [ValueRange](repeating: ValueRange(), count: verified.shapes.count)
    var cells = CellMagnitudes()
    for sample in samples {
      _ = executor.output(
        sample, visit: { ranges[$0].add($1) }, visitCell: { cells.add($1, ofLayer: $0) })
    }
    var histograms = ranges.map { $0.histogram(bins: Calibrator.bins) }
    for sample in samples { _ = executor.output(sample) { histograms[$0].add($1) } }
    return Quantizer(verified, scheme: scheme, observations: histograms, cells: cells)
  }

  /// The output codes of some samples.
  static func codes(
    _ network: QuantizedNetwork, _ samples: [[Float]]
  ) async throws -> [[Int]] {
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    let input = network.quantizations[0]
    let run = await executor.run(count: samples.count, threads: 1) { sample in
      samples[sample].map { Int32(input.code(Double($0))) }
    }
    return run.outputs.map { $0.map(Int.init) }
  }
}

extension QuantizedNetwork {
  /// The first LSTM.
  var firstLSTM: QuantizedLSTM? {
    for layer in layers { if case .lstm(let lstm) = layer.operation { return lstm } }
    return nil
  }
}

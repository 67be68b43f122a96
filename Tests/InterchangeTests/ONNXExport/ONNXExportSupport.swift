import Arithmetic
import Execution
import Interchange
import Networks
import Quantization
import Statistics
import Tensors
import TestRandomness

/// Quantized networks to export and what is made of the exported bytes.
enum ONNXExportSupport {
  /// A network quantized with ranges of some random samples.
  static func quantized(
    _ network: Network, scheme: QuantizationScheme = QuantizationScheme()
  ) throws -> QuantizedNetwork {
    let verified = try network.fused().verified()
    let executor = try FloatExecutor(verified)
    let samples = samples(8, count: verified.shapes[0].count, reach: 1, seed: 5)
    var ranges = [ValueRange](repeating: ValueRange(), count: verified.shapes.count)
    for sample in samples { _ = executor.output(sample) { ranges[$0].add($1) } }
    var histograms = ranges.map { $0.histogram(bins: Calibrator.bins) }
    for sample in samples { _ = executor.output(sample) { histograms[$0].add($1) } }
    return try Quantizer(verified, scheme: scheme, observations: histograms).quantized()
  }

  /// Random inputs between minus and plus `reach`.
  static func samples(_ samples: Int, count: Int, reach: Float, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<samples).map { _ in random.floats(count).map { $0 * reach } }
  }

  /// The network that the importer makes of an exported one.
  static func imported(
    _ network: QuantizedNetwork, as dialect: ONNXDialect
  ) throws -> QuantizedNetwork {
    let bytes = try ONNXExport.bytes(of: network, dialect: dialect)
    guard
      case .quantized(let again) = try ONNXFile.imported(from: bytes, path: "exported.onnx")
    else { throw ReadAsFloat() }
    return again
  }

  /// An exported network that came back as a float one.
  struct ReadAsFloat: Error {}

  /// The output codes on real inputs, under the arithmetic of ONNX Runtime.
  static func codes(_ network: QuantizedNetwork, _ samples: [[Float]]) throws -> [[Int32]] {
    let executor = try IntegerExecutor(
      network, arithmetic: ArithmeticPreset.ortVNNI.spec, observation: .fast)
    let input = network.quantizations[0]
    return samples.map { sample in
      executor.trace(sample.map { Int32(input.code(Double($0))) }) { _ in }
    }
  }

  /// What the output codes stand for.
  static func reals(_ network: QuantizedNetwork, _ samples: [[Float]]) throws -> [[Double]] {
    let output = network.quantizations[network.output]
    return try codes(network, samples).map { $0.map { output.real(Int($0)) } }
  }
}

/// Float networks for export, with random weights.
struct ONNXExportNetwork: CustomStringConvertible {
  let description: String
  let network: Network

  /// All of them.
  static let all: [ONNXExportNetwork] = [
    residual, branches, functions, attention, affine, transposed, moves,
  ].map { ONNXExportNetwork(description: $0.name, network: $0) }

  /// The one of a name.
  static func named(_ name: String) -> Network {
    all.first { $0.description == name }?.network ?? residual
  }

  private static func convolution(
    _ random: inout SeededGenerator, _ inputs: Int, _ outputs: Int, groups: Int = 1,
    _ window: WindowGeometry
  ) -> Operation {
    var layer = Convolution(
      inputChannels: inputs, outputChannels: outputs, groups: groups, window: window)
    layer.weights = Tensor(
      shape: layer.weightShape, elements: random.floats(layer.weightShape.count).map { $0 / 2 })
    layer.bias = random.floats(outputs).map { $0 / 3 }
    return .convolution(layer)
  }

  private static func connected(
    _ random: inout SeededGenerator, _ inputs: Int, _ outputs: Int, hasBias: Bool = true
  ) -> Operation {
    .fullyConnected(
      FullyConnected(
        inputFeatures: inputs, outputFeatures: outputs,
        weights: Tensor(
          shape: Shape([outputs, inputs]), elements: random.floats(inputs * outputs)),
        bias: hasBias ? random.floats(outputs) : nil))
  }

  /// A 3x3 window that keeps the size of the image.
  private static func same(_ extent: Int) -> WindowGeometry {
    WindowGeometry(
      height: extent, width: extent, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
      padBottom: 1, padRight: 1)
  }

  /// Convolution, depthwise, residual sum, average of everything, classifier.
  private static let residual: Network = {
    var random = SeededGenerator(seed: 1)
    let pool = Pool(
      kind: .average,
      window: WindowGeometry(height: 6, width: 6, kernelHeight: 6, kernelWidth: 6))
    return Network(
      name: "residual", inputShape: Shape([1, 3, 6, 6]),
      layers: [
        Layer(
          name: "conv1", operation: convolution(&random, 3, 8, same(6)), inputs: [0],
          fusedActivation: .relu),
        Layer(
          name: "depthwise", operation: convolution(&random, 8, 8, groups: 8, same(6)),
          inputs: [1], fusedActivation: .relu6),
        Layer(name: "conv2", operation: convolution(&random, 8, 8, same(6)), inputs: [2]),
        Layer(name: "sum", operation: .binary(.add), inputs: [3, 1], fusedActivation: .relu),
        Layer(name: "pool", operation: .pool(pool), inputs: [4]),
        Layer(name: "flat", operation: .reshape(Shape([1, 8])), inputs: [5]),
        Layer(name: "fc", operation: connected(&random, 8, 5), inputs: [6]),
        Layer(name: "softmax", operation: .softmax(axis: 1), inputs: [7]),
      ], output: 8)
  }()

  /// Strided and grouped convolutions, pools, concatenation of different scales, a border.
  private static let branches: Network = {
    var random = SeededGenerator(seed: 2)
    let strided = WindowGeometry(
      height: 7, width: 6, kernelHeight: 3, kernelWidth: 2, strideY: 2, strideX: 1, padTop: 1,
      padRight: 1)
    let (height, width) = (strided.outputHeight, strided.outputWidth)
    let square = WindowGeometry(
      height: height, width: width, kernelHeight: 2, kernelWidth: 2, strideY: 1, strideX: 2)
    let average = WindowGeometry(
      height: square.outputHeight + 1, width: square.outputWidth + 2, kernelHeight: 2,
      kernelWidth: 2, padTop: 1, padLeft: 1)
    return Network(
      name: "branches", inputShape: Shape([1, 4, 7, 6]),
      layers: [
        Layer(
          name: "left", operation: convolution(&random, 4, 6, groups: 2, strided), inputs: [0],
          fusedActivation: .relu),
        Layer(name: "right", operation: convolution(&random, 4, 2, strided), inputs: [0]),
        Layer(name: "both", operation: .concatenation(axis: 1), inputs: [1, 2]),
        Layer(
          name: "highest", operation: .pool(Pool(kind: .max, window: square)), inputs: [3]),
        Layer(
          name: "border",
          operation: .pad(before: [0, 0, 1, 0], after: [0, 0, 0, 2], value: 0), inputs: [4]),
        Layer(
          name: "mean", operation: .pool(Pool(kind: .average, window: average)), inputs: [5]),
      ], output: 6)
  }()

  /// Tables, differences and products.
  private static let functions: Network = {
    var random = SeededGenerator(seed: 3)
    return Network(
      name: "functions", inputShape: Shape([1, 12]),
      layers: [
        Layer(name: "a", operation: connected(&random, 12, 10), inputs: [0]),
        Layer(name: "b", operation: connected(&random, 12, 10, hasBias: false), inputs: [0]),
        Layer(name: "sigmoid", operation: .activation(.sigmoid), inputs: [1]),
        Layer(name: "tanh", operation: .activation(.tanh), inputs: [2]),
        Layer(name: "product", operation: .binary(.multiply), inputs: [3, 4]),
        Layer(name: "difference", operation: .binary(.subtract), inputs: [5, 2]),
        Layer(name: "swish", operation: .activation(.hardSwish), inputs: [6]),
        Layer(
          name: "leaky", operation: .activation(.leakyRelu(slope: 0.2)), inputs: [7]),
      ], output: 8)
  }()

  /// Products of two activations and a softmax between them.
  private static let attention: Network = {
    var random = SeededGenerator(seed: 4)
    return Network(
      name: "attention", inputShape: Shape([1, 5, 8]),
      layers: [
        Layer(name: "q", operation: connected(&random, 8, 6), inputs: [0]),
        Layer(name: "k", operation: connected(&random, 8, 6), inputs: [0]),
        Layer(name: "v", operation: connected(&random, 8, 4), inputs: [0]),
        Layer(
          name: "scores", operation: .matrixProduct(MatrixProduct(transposesSecond: true)),
          inputs: [1, 2]),
        Layer(name: "weights", operation: .softmax(axis: 2), inputs: [4]),
        Layer(name: "mixed", operation: .matrixProduct(MatrixProduct()), inputs: [5, 3]),
      ], output: 6)
  }()

  /// A scale and an offset for each channel, of an image and of rows.
  private static let affine: Network = {
    var random = SeededGenerator(seed: 6)
    let first = ChannelAffine(axis: 1, scale: random.floats(3), offset: random.floats(3))
    let second = ChannelAffine(axis: 2, scale: random.floats(4), offset: random.floats(4))
    return Network(
      name: "affine", inputShape: Shape([1, 3, 4, 5]),
      layers: [
        Layer(name: "image", operation: .channelAffine(first), inputs: [0]),
        Layer(name: "rows", operation: .reshape(Shape([1, 15, 4])), inputs: [1]),
        Layer(name: "last", operation: .channelAffine(second), inputs: [2]),
      ], output: 3)
  }()

  /// A transposed convolution: stride 2, cropped by one place.
  private static let transposed: Network = {
    var random = SeededGenerator(seed: 7)
    let window = WindowGeometry(
      height: 4, width: 5, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, padBottom: 2,
      padRight: 1, upsampleY: 2, upsampleX: 2)
    return Network(
      name: "transposed", inputShape: Shape([1, 3, 4, 5]),
      layers: [
        Layer(name: "up", operation: convolution(&random, 3, 4, window), inputs: [0])
      ], output: 1)
  }()

  /// Transposition, slices, a reshape and a classifier.
  private static let moves: Network = {
    var random = SeededGenerator(seed: 8)
    let slice = Slice(begin: [0, 1, 3, 0], steps: [1, 1, -2, 1], counts: [1, 3, 2, 2])
    return Network(
      name: "moves", inputShape: Shape([1, 2, 4, 5]),
      layers: [
        Layer(name: "turned", operation: .transpose([0, 3, 2, 1]), inputs: [0]),
        Layer(name: "part", operation: .slice(slice), inputs: [1]),
        Layer(name: "flat", operation: .reshape(Shape([1, 12])), inputs: [2]),
        Layer(name: "fc", operation: connected(&random, 12, 4), inputs: [3]),
      ], output: 4)
  }()
}

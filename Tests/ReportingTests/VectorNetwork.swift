import Arithmetic
import Execution
import Networks
import Tensors

/// A quantized network with every operation, made by hand, for golden vectors.
enum VectorNetwork {
  /// Numbers that look random and are the same everywhere.
  struct Noise {
    var state: UInt64

    mutating func next(_ range: ClosedRange<Int>) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return range.lowerBound + Int((state >> 33) % UInt64(range.count))
    }
  }

  private static let shapes: [[Int]] = [
    [1, 4, 6, 7], [1, 6, 6, 7], [1, 6, 3, 3], [1, 4, 2, 2], [1, 4, 2, 2], [1, 4, 2, 2],
    [1, 4, 2, 2], [1, 4, 1, 1], [1, 4, 2, 2], [1, 8, 2, 2], [1, 8, 3, 3], [1, 8, 2, 2],
    [1, 8, 2, 2], [1, 8, 2, 2], [1, 2, 2, 8], [1, 32], [1, 10], [1, 10],
  ]

  /// The value whose quantization each value shares: its own, unless codes are only moved.
  private static let owners = [0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 9, 9, 12, 12, 12, 12, 16, 17]

  /// Scales that are powers of two exactly when `isPowerOfTwo`, so that shifting can rescale.
  private static func quantization(_ value: Int, isPowerOfTwo: Bool) -> ActivationQuantization {
    let owner = owners[value]
    let format = IntegerFormat(bits: 8, isSigned: owner == 5)
    if owner == 17 {
      return ActivationQuantization(format: .affine(format), scale: 1.0 / 256, zeroPoint: 0)
    }
    let exponent = [0: -4, 1: 5, 2: 9, 3: 9, 4: 9, 5: 10, 6: 10, 8: 11, 9: 11, 12: 10, 16: 14]
    let power = Double(sign: .plus, exponent: exponent[owner] ?? 0, significand: 1)
    let jitter = isPowerOfTwo ? 1 : 1 + Double(owner * 37 % 50) / 100
    let zeroPoint = owner == 5 ? -3 : 100 + owner
    return ActivationQuantization(
      format: .affine(format), scale: power * jitter, zeroPoint: zeroPoint)
  }

  private static func linear(
    _ noise: inout Noise, inputs: Int, outputs: Int, groups: Int = 1, window: WindowGeometry,
    bits: Int = 8, isPowerOfTwo: Bool, hasBias: Bool = true
  ) -> QuantizedOperation {
    let format = IntegerFormat(bits: bits, isSigned: true)
    let shape = Shape([outputs, window.kernelHeight, window.kernelWidth, inputs / groups])
    let weights = (0..<shape.count).map { _ in
      Int32(noise.next(-format.highest...format.highest))
    }
    let scales = (0..<outputs).map { isPowerOfTwo ? 0.125 : 0.125 + Double($0) / 77 }
    let bias = (0..<outputs).map { _ in noise.next(-4000...4000) }
    return .linear(
      QuantizedLinear(
        inputChannels: inputs, outputChannels: outputs, groups: groups, window: window,
        weightFormat: .affine(format), weights: Tensor(shape: shape, elements: weights),
        weightScales: scales, bias: hasBias ? bias : nil))
  }

  static func network(isPowerOfTwo: Bool) -> QuantizedNetwork {
    var noise = Noise(state: 7)
    let square = WindowGeometry(height: 2, width: 2, kernelHeight: 2, kernelWidth: 2)
    let table = (0..<256).map { _ in Int32(noise.next(0...255)) }
    func products(
      _ inputs: Int, _ outputs: Int, groups: Int = 1, bits: Int = 8, hasBias: Bool = true,
      _ window: WindowGeometry
    ) -> QuantizedOperation {
      linear(
        &noise, inputs: inputs, outputs: outputs, groups: groups, window: window, bits: bits,
        isPowerOfTwo: isPowerOfTwo, hasBias: hasBias)
    }
    let operations: [(String, String, QuantizedOperation, [Int])] = [
      (
        "stem/conv", "conv",
        products(
          4, 6,
          WindowGeometry(
            height: 6, width: 7, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
            padBottom: 1, padRight: 1)), [0]
      ),
      (
        "depthwise", "depthwise",
        products(
          6, 6, groups: 6,
          WindowGeometry(
            height: 6, width: 7, kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2,
            padTop: 1, padBottom: 1, padRight: 1)), [1]
      ),
      (
        "grouped", "conv",
        products(
          6, 4, groups: 2, bits: 4, hasBias: false,
          WindowGeometry(height: 3, width: 3, kernelHeight: 2, kernelWidth: 2)), [2]
      ),
      ("table", "activation", .table(table), [3]),
      ("add", "add", .binary(.add), [3, 4]),
      ("sub", "sub", .binary(.subtract), [4, 3]),
      ("global", "avgpool", .pool(Pool(kind: .average, window: square)), [5]),
      ("mul", "mul", .binary(.multiply), [5, 7]),
      ("concat", "concat", .concatenation(axis: 1), [8, 6]),
      ("pad", "pad", .pad(before: [0, 0, 1, 0], after: [0, 0, 0, 1], code: 111), [9]),
      (
        "max", "maxpool",
        .pool(
          Pool(
            kind: .max,
            window: WindowGeometry(height: 3, width: 3, kernelHeight: 2, kernelWidth: 2))), [10]
      ),
      (
        "affine", "affine",
        products(
          8, 8, groups: 8,
          WindowGeometry(height: 2, width: 2, kernelHeight: 1, kernelWidth: 1)), [11]
      ),
      (
        "average", "avgpool",
        .pool(
          Pool(
            kind: .average,
            window: WindowGeometry(
              height: 2, width: 2, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
              padBottom: 1, padRight: 1), countsPadding: true)), [12]
      ),
      ("transpose", "transpose", .transpose([0, 2, 3, 1]), [13]),
      ("flat", "reshape", .reshape, [14]),
      (
        "head", "fc",
        products(
          32, 10, WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1)), [15]
      ),
      ("softmax", "softmax", .softmax(axis: 1), [16]),
    ]
    let quantizations = owners.indices.map { quantization($0, isPowerOfTwo: isPowerOfTwo) }
    return QuantizedNetwork(
      name: "vectors",
      layers: operations.enumerated().map { index, entry in
        // The first layer has a fused clamp of its own.
        QuantizedLayer(
          name: entry.0, kind: entry.1, operation: entry.2, inputs: entry.3,
          clamp: index == 0 ? 100...230 : quantizations[index + 1].codes)
      }, shapes: shapes.map(Shape.init), quantizations: quantizations, output: 17)
  }

  /// The input codes of a sample.
  static func codes(_ sample: Int) -> [Int32] {
    var noise = Noise(state: UInt64(sample) &+ 99)
    return (0..<4 * 6 * 7).map { _ in Int32(noise.next(0...255)) }
  }

  static func executor(_ arithmetic: ArithmeticSpec) throws -> IntegerExecutor {
    try IntegerExecutor(
      network(isPowerOfTwo: arithmetic.requantization == .shift), arithmetic: arithmetic)
  }
}

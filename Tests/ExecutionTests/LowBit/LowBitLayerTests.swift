import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// The accumulators of the engine's layers of products equal packed dot products of the same operands.
@Suite struct LowBitLayerTests {
  /// A random layer of codes -1, 0, +1, without zeros where bipolar.
  private struct Case {
    var linear: QuantizedLinear
    var input: ActivationQuantization
    var codes: [Int32]
    var contents: [Int]

    init(seed: UInt64, isBipolar: Bool, isPadded: Bool) throws {
      var random = SeededGenerator(seed: seed)
      let channels = Int.random(in: 1...70, using: &random)
      let outputs = Int.random(in: 1...5, using: &random)
      let kernel = Int.random(in: 1...3, using: &random)
      let pad = isPadded ? kernel - 1 : 0
      let window = WindowGeometry(
        height: 4, width: 5, kernelHeight: kernel, kernelWidth: kernel,
        strideY: Int.random(in: 1...2, using: &random), padTop: pad, padLeft: pad, padBottom: pad,
        padRight: pad)
      func draw(_ count: Int) -> [Int32] {
        (0..<count).map { _ in
          isBipolar
            ? Bool.random(using: &random) ? 1 : -1 : Int32.random(in: -1...1, using: &random)
        }
      }
      let format: NumberFormat = isBipolar ? .bipolar : .ternary
      linear = QuantizedLinear(
        inputChannels: channels, outputChannels: outputs, groups: 1, window: window,
        weightFormat: format,
        weights: Tensor(
          shape: Shape([outputs, kernel, kernel, channels]),
          elements: draw(outputs * kernel * kernel * channels)),
        weightScales: [Double](repeating: 1, count: outputs), bias: nil)
      codes = draw(20 * channels)
      input = ActivationQuantization(format: format, scale: 1, zeroPoint: 0)
      contents =
        try LinearReference.outcome(
          of: linear, codes: codes, arithmetic: ArithmeticSpec(), input: input,
          output: ActivationQuantization(
            format: .affine(IntegerFormat(bits: 16, isSigned: true)), scale: 1, zeroPoint: 0),
          clamp: -32768...32767
        ).contents
    }

    /// The input codes under the window of an output; 0 where there is padding.
    func patch(_ y: Int, _ x: Int) -> [Int32] {
      let window = linear.window
      var patch: [Int32] = []
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          let row = y * window.strideY + ky - window.padTop
          let column = x * window.strideX + kx - window.padLeft
          for channel in 0..<linear.inputChannels {
            let isInside = (0..<window.height).contains(row) && (0..<window.width).contains(column)
            patch.append(
              isInside ? codes[(row * window.width + column) * linear.inputChannels + channel] : 0)
          }
        }
      }
      return patch
    }

    /// A dot product for each output, in the order of the accumulators.
    func dots(_ dot: ([Int32], [Int32]) throws -> Int) rethrows -> [Int] {
      var dots: [Int] = []
      for y in 0..<linear.window.outputHeight {
        for x in 0..<linear.window.outputWidth {
          let patch = patch(y, x)
          for channel in 0..<linear.outputChannels {
            let start = channel * linear.depth
            dots.append(
              try dot(patch, Array(linear.weights.elements[start..<start + linear.depth])))
          }
        }
      }
      return dots
    }
  }

  @Test("binary layers: XNOR and popcount", arguments: 1...40)
  func binary(seed: UInt64) throws {
    let layer = try Case(seed: seed, isBipolar: true, isPadded: false)
    #expect(
      try layer.dots { try #require(BipolarVector($0)).dot(try #require(BipolarVector($1))) }
        == layer.contents)
    #expect(
      try layer.dots {
        try #require(BipolarDecomposition($0, planes: 1))
          .dot(try #require(BipolarDecomposition($1, planes: 1)))
      } == layer.contents)
  }

  @Test("ternary layers and padded binary ones: two planes", arguments: 1...40)
  func ternary(seed: UInt64) throws {
    let layer = try Case(seed: seed, isBipolar: seed % 2 == 0, isPadded: true)
    #expect(
      try layer.dots { try #require(TernaryVector($0)).dot(try #require(TernaryVector($1))) }
        == layer.contents)
    let format = IntegerFormat(bits: 2, isSigned: true)
    #expect(
      try layer.dots {
        try #require(BitSerialVector($0, format: format))
          .dot(try #require(BitSerialVector($1, format: format)))
      } == layer.contents)
  }
}

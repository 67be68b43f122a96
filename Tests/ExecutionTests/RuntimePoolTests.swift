import Arithmetic
import Execution
import Networks
import Tensors
import Testing

/// Averages as onnxruntime 1.31.1 gives them: QLinearAveragePool, and QDQ pools, which it fuses to that.
///
/// A lone QLinearAveragePool of signed codes under one scale rounds some ties in another way than a QDQ
/// graph does (2 of 144 values at 2x2): `AveragePlan` follows the graph.
@Suite struct RuntimePoolTests {
  enum Codes: Sendable { case int8, uint8 }

  struct Case: Sendable {
    var codes: Codes
    var height: Int
    var width: Int
    var kernel: Int
    var stride: Int
    var pad: Int
    var countsPadding: Bool
    var scales: [Double]
    var zeroPoints: [Int]
    var checksum: UInt64

    init(
      _ codes: Codes, height: Int, width: Int, kernel: Int, stride: Int, pad: Int,
      countsPadding: Bool, scales: [Double], zeroPoints: [Int], _ checksum: UInt64
    ) {
      self.codes = codes
      self.height = height
      self.width = width
      self.kernel = kernel
      self.stride = stride
      self.pad = pad
      self.countsPadding = countsPadding
      self.scales = scales
      self.zeroPoints = zeroPoints
      self.checksum = checksum
    }
  }

  static let cases = [
    Case(
      .uint8, height: 8, width: 8, kernel: 8, stride: 1, pad: 0, countsPadding: false,
      scales: [0x1.aa3c94p-1, 0x1.aa3c94p-1], zeroPoints: [241, 241], 0x2d79_a2d6_9779_d06c),
    Case(
      .int8, height: 7, width: 7, kernel: 7, stride: 1, pad: 0, countsPadding: false,
      scales: [0x1.1eafdcp-7, 0x1.7ba156p-7], zeroPoints: [-51, 41], 0xd657_0c41_1629_d9a1),
    Case(
      .uint8, height: 9, width: 9, kernel: 3, stride: 2, pad: 1, countsPadding: false,
      scales: [0x1.abb8aep-3, 0x1.abb8aep-3], zeroPoints: [121, 121], 0x996d_303f_e32e_4260),
    Case(
      .int8, height: 9, width: 8, kernel: 3, stride: 1, pad: 1, countsPadding: true,
      scales: [0x1.0e893ep-3, 0x1.043f70p-3], zeroPoints: [-121, -64], 0x00f6_4eec_074c_1d93),
    Case(
      .uint8, height: 5, width: 4, kernel: 2, stride: 1, pad: 0, countsPadding: false,
      scales: [0x1.8884bep-4, 0x1.0958ecp-3], zeroPoints: [23, 237], 0x592b_2b5e_248d_e862),
    Case(
      .int8, height: 4, width: 4, kernel: 4, stride: 1, pad: 0, countsPadding: false,
      scales: [0x1.3e2624p-4, 0x1.3e2624p-4], zeroPoints: [-75, -75], 0xaf76_c19b_9d09_ef93),
  ]

  /// The bytes of Knuth's linear congruential generator, which the recording used too.
  private func bytes(_ count: Int) -> [Int] {
    var state: UInt64 = 12345
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 56)
    }
  }

  @Test("equals onnxruntime on images of 16 channels", arguments: cases)
  func recorded(recorded: Case) throws {
    let format = recorded.codes == .int8 ? SmallNetwork.int8 : SmallNetwork.uint8
    let quantizations = zip(recorded.scales, recorded.zeroPoints).map {
      ActivationQuantization(format: format, scale: $0, zeroPoint: $1)
    }
    let window = WindowGeometry(
      height: recorded.height, width: recorded.width, kernelHeight: recorded.kernel,
      kernelWidth: recorded.kernel, strideY: recorded.stride, strideX: recorded.stride,
      padTop: recorded.pad, padLeft: recorded.pad, padBottom: recorded.pad,
      padRight: recorded.pad)
    let input = bytes(16 * recorded.height * recorded.width)
      .map { Int32($0 + format.codes.lowerBound) }
    let codes = try SmallNetwork.codes(
      .pool(Pool(kind: .average, window: window, countsPadding: recorded.countsPadding)),
      input: quantizations[0], shape: Shape([1, 16, recorded.height, recorded.width]),
      output: quantizations[1],
      outputShape: Shape([1, 16, window.outputHeight, window.outputWidth]),
      arithmetic: ArithmeticPreset.ortVNNI.spec, input)
    #expect(checksum(codes) == recorded.checksum)
  }

  @Test("NNoM's averages drop the fraction")
  func truncated() throws {
    #expect(try mean([1, 2]) == [1])
    #expect(try mean([-1, -2]) == [-1])
    #expect(try mean([-5, 0]) == [-2])
  }

  private func mean(_ codes: [Int32]) throws -> [Int32] {
    let pool = Pool(
      kind: .average,
      window: WindowGeometry(height: 1, width: 2, kernelHeight: 1, kernelWidth: 2))
    return try SmallNetwork.codes(
      .pool(pool), input: SmallNetwork.signed(1), shape: Shape([1, 1, 1, 2]),
      output: SmallNetwork.signed(1), outputShape: Shape([1, 1, 1, 1]),
      arithmetic: ArithmeticPreset.nnom.spec, codes)
  }
}

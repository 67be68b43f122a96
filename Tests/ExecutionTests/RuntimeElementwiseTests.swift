import Arithmetic
import Execution
import Networks
import Tensors
import Testing

/// Sums, differences and products of all 65,536 pairs of 8-bit codes as onnxruntime 1.31.1 gives them.
///
/// Recorded on x86-64 from DequantizeLinear, Add / Sub / Mul, QuantizeLinear, which the runtime fuses for
/// Add and Mul; QLinearAdd and QLinearMul gave the same codes. The scales with few digits make ties, the
/// odd zero points tell on which side of the zero point the runtime rounds.
@Suite struct RuntimeElementwiseTests {
  enum Codes: Sendable { case int8, uint8 }

  struct Case: Sendable {
    var kind: BinaryKind
    var codes: Codes
    var scales: [Double]
    var zeroPoints: [Int]
    var checksum: UInt64

    init(
      _ kind: BinaryKind, _ codes: Codes, _ scales: [Double], _ zeroPoints: [Int],
      _ checksum: UInt64
    ) {
      self.kind = kind
      self.codes = codes
      self.scales = scales
      self.zeroPoints = zeroPoints
      self.checksum = checksum
    }
  }

  static let cases = [
    Case(
      .add, .uint8, [0x1.d9aebep-10, 0x1.507166p-8, 0x1.cced46p-8], [46, 205, 222],
      0xd668_e2b9_b694_a51a),
    Case(
      .add, .int8, [0x1.f641c0p-10, 0x1.467024p-6, 0x1.bf385ap-6], [21, 31, -6],
      0x3f76_ff30_2ce2_9293),
    Case(
      .add, .uint8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-4], [8, 29, 115],
      0xed44_2b45_9019_7115),
    Case(
      .add, .int8, [0x1.22cf8ep-5, 0x1.40d9f8p-6, 0x1.8e6928p-5], [-28, 42, 22],
      0xde4a_2761_2c8f_bce8),
    Case(
      .add, .uint8, [0x1.4ed838p-3, 0x1.7a814ep-1, 0x1.0346a8p+0], [201, 72, 81],
      0x5cc4_fe8e_0582_4b19),
    Case(
      .add, .int8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-4], [38, 112, -127],
      0xaa55_d3f7_d6dd_d1c7),
    Case(
      .subtract, .uint8, [0x1.d9aebep-10, 0x1.507166p-8, 0x1.cced46p-8], [46, 205, 222],
      0xe950_2f9e_3f02_71d8),
    Case(
      .subtract, .int8, [0x1.f641c0p-10, 0x1.467024p-6, 0x1.bf385ap-6], [21, 31, -6],
      0x8fd7_fb89_75c3_4956),
    Case(
      .subtract, .uint8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-4], [8, 29, 115],
      0xbf05_622e_5a64_9a25),
    Case(
      .subtract, .int8, [0x1.22cf8ep-5, 0x1.40d9f8p-6, 0x1.8e6928p-5], [-28, 42, 22],
      0x2e33_0995_d03d_fcf8),
    Case(
      .subtract, .uint8, [0x1.4ed838p-3, 0x1.7a814ep-1, 0x1.0346a8p+0], [201, 72, 81],
      0x7a9a_dde9_38b6_f3f0),
    Case(
      .subtract, .int8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-4], [38, 112, -127],
      0x1c27_7f13_e223_1f25),
    Case(
      .multiply, .uint8, [0x1.d9aebep-10, 0x1.507166p-8, 0x1.bc8620p-12], [46, 205, 222],
      0x56ba_6d0a_3b13_0c1b),
    Case(
      .multiply, .int8, [0x1.f641c0p-10, 0x1.467024p-6, 0x1.c952a4p-10], [21, 31, -6],
      0x1501_ebad_3d84_49c5),
    Case(
      .multiply, .uint8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-5], [8, 29, 115],
      0x4c39_ce72_cec9_b96c),
    Case(
      .multiply, .int8, [0x1.22cf8ep-5, 0x1.40d9f8p-6, 0x1.044312p-5], [-28, 42, 22],
      0xbdca_f338_6cee_da7f),
    Case(
      .multiply, .uint8, [0x1.4ed838p-3, 0x1.7a814ep-1, 0x1.618490p+2], [201, 72, 81],
      0x372d_7a91_0ec5_aeff),
    Case(
      .multiply, .int8, [0x1.000000p-5, 0x1.000000p-6, 0x1.000000p-5], [38, 112, -127],
      0x869c_5886_a053_dd47),
  ]

  @Test("equals onnxruntime for all pairs of codes", arguments: cases)
  func recorded(recorded: Case) throws {
    let format = recorded.codes == .int8 ? SmallNetwork.int8 : SmallNetwork.uint8
    let quantizations = zip(recorded.scales, recorded.zeroPoints).map {
      ActivationQuantization(format: format, scale: $0, zeroPoint: $1)
    }
    let all = format.codes.map(Int32.init)
    let left = all.flatMap { [Int32](repeating: $0, count: 256) }
    let right = [[Int32]](repeating: all, count: 256).flatMap { $0 }
    let shape = Shape([1, left.count])
    let codes = try SmallNetwork.codes(
      .binary(recorded.kind), first: quantizations[0], second: quantizations[1],
      output: quantizations[2], shape: shape, outputShape: shape,
      arithmetic: ArithmeticPreset.ortVNNI.spec, left, right)
    #expect(checksum(codes) == recorded.checksum)
  }
}

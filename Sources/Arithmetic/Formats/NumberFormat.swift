/// How a code of some bits stands for a real number.
///
/// A code decodes to an integer times a power of two (`decode`), so that one integer engine serves all
/// formats. What a group of codes shares (a tensor, a channel, a block) multiplies that: `SharedScale`.
///
/// | case | value of a code | encoding: nearest, and | shared |
/// |---|---|---|---|
/// | `affine` | the integer, less the zero point | ties to even, saturates | real scale |
/// | `fixedPoint` | the integer `* 2^-fraction` | ties to even, saturates | nothing, or 2^k |
/// | `dynamicFixedPoint` | the integer | ties to even, saturates | 2^k |
/// | `minifloat` | sign, exponent, mantissa | ties to even code, saturates | 2^k up to 8 bits |
/// | `microscaling` | int8 `* 2^-6`, or a minifloat | ties to even, saturates | 2^k a block |
/// | `powerOfTwo` | 0 or ±2^e | ties to even code, saturates | 2^k |
/// | `codebook` | a centroid | ties to even index, saturates | table and 2^k |
/// | `bipolar` | -1 (code 0) or +1 (code 1) | zero is +1 | real scale |
/// | `ternary` | -1, 0 or +1 in two's complement | ties to zero, saturates | real scale |
///
/// NaN becomes the lowest value, of floating-point formats NaN or else the largest (as ONNX has it).
///
/// - Source: design of libnumber (2018): the representation is hidden behind one type.
public enum NumberFormat: Hashable, Sendable {
  /// `real = scale * (code - zeroPoint)` with any positive scale.
  case affine(IntegerFormat)
  /// `real = 2^-fraction * code`; without a fraction calibration chooses it for the tensor.
  case fixedPoint(IntegerFormat, fraction: Int? = nil)
  /// `real = 2^k * code` with an exponent of 8 bits that a tensor, channel or group shares.
  case dynamicFixedPoint(IntegerFormat)
  /// A floating-point code; up to 8 bits with a shared power of two.
  case minifloat(Minifloat)
  /// Blocks with a shared scale: OCP's MX formats.
  case microscaling(MicroscalingFormat)
  /// A sign and an exponent, so that a product is a shift.
  case powerOfTwo(PowerOfTwoFormat)
  /// An index into a table of centroids; the table is a `Codebook`.
  case codebook(CodebookFormat)
  /// `real = scale * value` with values -1 and +1, one bit each.
  case bipolar
  /// `real = scale * value` with values -1, 0 and +1, two bits each.
  case ternary
  /// Real numbers in float32: the code is the bit pattern. Only between layers that run in float.
  case float32

  /// The bits that a code takes in memory.
  public var bits: Int {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      format.bits
    case .minifloat(let format): format.bits
    case .microscaling(let format): format.element.bits
    case .powerOfTwo(let format): format.bits
    case .codebook(let format): format.indexBits
    case .bipolar: 1
    case .ternary: 2
    case .float32: 32
    }
  }

  /// Whether activations can have it: all but codebooks, whose tables are made before the input is known.
  public var isForActivations: Bool {
    switch self {
    case .affine, .fixedPoint, .dynamicFixedPoint, .minifloat, .microscaling, .powerOfTwo, .bipolar,
      .ternary, .float32:
      true
    case .codebook: false
    }
  }
}

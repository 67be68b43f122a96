internal import Arithmetic
internal import Networks

/// An element-wise function of two activations by their real numbers: where a format's values are not evenly
/// spaced, so that no rescaling of codes gives it.
///
/// `code = clamp(nearest(f(x, y)))` of the real numbers x and y of both codes.
///
/// - Exactness: the function and the quotient by the output's scale are rounded to doubles, which with
///   power-of-two scales changes no sum or product of formats of 16 bits or fewer within 53 binary places.
struct NearestBinary: Sendable {
  private let kind: BinaryKind
  private let output: ActivationQuantization
  /// The real number of each code, lowest first.
  private let first: [Double]
  private let second: [Double]
  private let firstLowest: Int
  private let secondLowest: Int

  /// The function where it has to be computed so; nil where codes are rescaled.
  init?(
    _ kind: BinaryKind, _ inputs: [ActivationQuantization], to output: ActivationQuantization,
    layer: String
  ) throws(ExecutionError) {
    guard output.format.isUneven || inputs.contains(where: { $0.format.hasRanks }) else {
      return nil
    }
    self.kind = kind
    self.output = output
    first = try Self.reals(inputs[0], layer)
    second = try Self.reals(inputs[1], layer)
    firstLowest = inputs[0].codes.lowerBound
    secondLowest = inputs[1].codes.lowerBound
  }

  /// The real numbers of all codes.
  static func reals(
    _ quantization: ActivationQuantization, _ layer: String
  ) throws(ExecutionError) -> [Double] {
    guard quantization.format != .float32, quantization.codes.count <= 1 << 16 else {
      throw ExecutionError(
        layer: layer,
        reason: .unsupported("a function of \(quantization.format) and unevenly spaced codes"))
    }
    return quantization.codes.map(quantization.real)
  }

  /// The output code of two codes, before the clamp.
  func code(_ x: Int, _ y: Int) -> Int {
    let (a, b) = (first[x - firstLowest], second[y - secondLowest])
    switch kind {
    case .add: return output.code(a + b)
    case .subtract: return output.code(a - b)
    case .multiply: return output.code(a * b)
    case .maximum: return output.code(max(a, b))
    case .minimum: return output.code(min(a, b))
    case .divide, .power: preconditionFailure("quotients and powers run in float only")
    }
  }
}

extension ActivationQuantization {
  /// Integers as they are.
  static let unit = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 1, zeroPoint: 0)
}

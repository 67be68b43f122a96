internal import Glibc
internal import Networks
internal import Tensors

/// An element-wise function in float32, as a node of the file states it.
enum LowBitFunction: Hashable, Sendable {
  /// The value and a constant: sum, difference, product or quotient.
  case constant(BinaryKind, ChannelValues, isFirst: Bool)
  /// `scale * x + offset`: BatchNormalization.
  case affine(ChannelValues, ChannelValues)
  /// A function without constants for each channel.
  case activation(Activation)
  /// Two functions of the same numbers.
  case combination(BinaryKind)

  /// How the result moves when the number that everything starts from grows.
  enum Direction: Hashable {
    case constant, rising, falling, unknown

    var reversed: Direction {
      switch self {
      case .rising: .falling
      case .falling: .rising
      case .constant, .unknown: self
      }
    }

    func times(_ factor: Float) -> Direction {
      factor > 0 ? self : factor < 0 ? reversed : factor == 0 ? .constant : .unknown
    }

    func joined(_ other: Direction) -> Direction {
      self == .constant ? other : other == .constant || self == other ? self : .unknown
    }
  }

  /// The axis along which constants vary.
  var axis: Int? {
    switch self {
    case .constant(_, let values, _): values.axis
    case .affine(let scale, let offset): scale.axis ?? offset.axis
    case .activation, .combination: nil
    }
  }

  /// The function's value; `y` is the second operand of a combination.
  func value(_ x: Float, _ y: Float, channel: Int) -> Float {
    switch self {
    case .constant(let kind, let values, let isFirst):
      let constant = values[channel]
      return isFirst ? kind.value(constant, x) : kind.value(x, constant)
    case .affine(let scale, let offset): return scale[channel] * x + offset[channel]
    // The result of a double rounded to float32 is the float32 result for all but exp and power.
    case .activation(let activation): return Float(activation.value(Double(x)))
    case .combination(let kind): return kind.value(x, y)
    }
  }

  /// The direction of the result; rounded to float32 a monotone function stays monotone.
  func direction(_ x: Direction, _ y: Direction, channel: Int) -> Direction {
    switch self {
    case .constant(let kind, let values, let isFirst):
      let constant = values[channel]
      switch kind {
      case .add, .maximum, .minimum: return x
      case .subtract: return isFirst ? x.reversed : x
      case .multiply: return x.times(constant)
      case .divide: return isFirst || constant == 0 ? .unknown : x.times(constant)
      case .power: return .unknown
      }
    case .affine(let scale, _): return x.times(scale[channel])
    case .activation(let activation): return activation.direction(x)
    case .combination(let kind):
      switch kind {
      case .add, .maximum, .minimum: return x.joined(y)
      case .subtract: return x.joined(y.reversed)
      case .multiply, .divide, .power:
        return x == .constant && y == .constant ? .constant : .unknown
      }
    }
  }
}

extension BinaryKind {
  /// The function of two float32 numbers.
  fileprivate func value(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .maximum: max(x, y)
    case .minimum: min(x, y)
    case .divide: x / y
    case .power: pow(x, y)
    }
  }
}

extension Activation {
  fileprivate func direction(_ x: LowBitFunction.Direction) -> LowBitFunction.Direction {
    switch self {
    case .clip, .sigmoid, .tanh, .sign: x
    case .leakyRelu(let slope): slope >= 0 ? x : x == .constant ? .constant : .unknown
    case .hardSigmoid(let slope, _): x.times(slope)
    case .linear(let scale, _): x.times(scale)
    case .hardSwish, .power, .reciprocal: x == .constant ? .constant : .unknown
    }
  }
}

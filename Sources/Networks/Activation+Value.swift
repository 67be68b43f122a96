internal import Glibc

extension Activation {
  /// The function's value.
  ///
  /// - Exactness: double precision.
  public func value(_ x: Double) -> Double {
    switch self {
    case .clip(let low, let high): min(max(x, Double(low)), Double(high))
    case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
    case .hardSigmoid(let slope, let offset): min(max(Double(slope) * x + Double(offset), 0), 1)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Glibc.tanh(x)
    case .sign: x > 0 ? 1 : (x < 0 ? -1 : 0)
    case .linear(let scale, let offset): Double(scale) * x + Double(offset)
    case .power(let exponent): pow(x, Double(exponent))
    case .reciprocal(let numerator): Double(numerator) / x
    }
  }
}

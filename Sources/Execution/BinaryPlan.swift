internal import Arithmetic
internal import Networks

/// An element-wise function of two activations.
struct BinaryPlan: Sendable {
  let kind: BinaryKind
  let first: ActivationQuantization
  let second: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  let firstTable: [Int]?
  let secondTable: [Int]?
  let add: AddRescale
  let multiply: Requantization

  /// Computes one sample of `count` elements.
  func run(
    _ left: UnsafePointer<Int32>, _ right: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    for index in 0..<count {
      let a = Int(left[firstTable?[index] ?? index]) - first.zeroPoint
      let b = Int(right[secondTable?[index] ?? index]) - second.zeroPoint
      let value: Int
      switch kind {
      case .add: value = add.sum(a, b)
      case .subtract: value = add.sum(a, -b)
      case .multiply: value = multiply.rescaled(a * b + multiply.preloadedRounding)
      case .maximum: value = max(a, b)
      case .minimum: value = min(a, b)
      case .divide, .power: preconditionFailure("quotients and powers run in float only")
      }
      results[index] = Int32(
        min(max(value + output.zeroPoint, clamp.lowerBound), clamp.upperBound))
    }
  }
}

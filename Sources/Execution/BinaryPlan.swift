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
  let multiply: ProductRescale
  /// Where the function goes through real numbers.
  var nearest: NearestBinary?

  /// Computes one sample of `count` elements.
  func run(
    _ left: UnsafePointer<Int32>, _ right: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    for index in 0..<count {
      let x = Int(left[firstTable?[index] ?? index])
      let y = Int(right[secondTable?[index] ?? index])
      results[index] = Int32(code(x, y))
    }
  }

  /// The output code of two codes.
  @inline(__always)
  func code(_ x: Int, _ y: Int) -> Int {
    let value: Int
    if let nearest { return min(max(nearest.code(x, y), clamp.lowerBound), clamp.upperBound) }
    switch kind {
    case .add: value = add.code(x, y)
    case .subtract: value = add.code(x, y, subtracts: true)
    case .multiply: value = multiply.code(x, y)
    case .maximum: value = max(x - first.zeroPoint, y - second.zeroPoint) + output.zeroPoint
    case .minimum: value = min(x - first.zeroPoint, y - second.zeroPoint) + output.zeroPoint
    case .divide, .power: preconditionFailure("quotients and powers run in float only")
    }
    return min(max(value, clamp.lowerBound), clamp.upperBound)
  }
}

internal import Arithmetic
internal import Glibc
internal import Networks

/// Softmax of codes: an exponential for each distance below the largest code, their sum, one share each.
///
/// - Exactness: integers at run time but for `.float`. Rows of 512 equal codes and more are beyond what
///   gemmlowp's sum is made for; TFLite stops there, here the shares are as the formulas give them.
struct SoftmaxPlan: Sendable {
  /// How shares come from exponentials.
  enum Share: Sendable {
    /// `(e * 2^b + sum / 2) / sum` of exponentials in Q30; the output's scale is `2^-b`.
    case division
    /// Gemmlowp's reciprocal of a sum in Q12.19 of exponentials in Q0.31; the scale is `2^-b`.
    case reciprocal
    /// A reciprocal by table of a sum of exponentials in Q0.15; the output is Q0.15.
    case table
    /// `round_half_away(p / s_y) + z_y` of exponentials in float32.
    case float([Float])
  }

  /// The exponential of each distance below the largest code; those further below count as 0.
  let exponentials: [Int]
  let share: Share
  /// The stored places, [outer][axis].
  let places: [Int]
  let extent: Int
  let output: ActivationQuantization
  let bits: Int
  let clamp: ClosedRange<Int>

  init(
    layer: QuantizedLayer, beta: Double, input: ActivationQuantization,
    output: ActivationQuantization, places: [Int], extent: Int, flavour: SoftmaxFlavour
  ) throws(ExecutionError) {
    let scale = input.scale * beta
    guard input.format.integer.bits <= 16, output.format.integer.bits <= 30, scale > 0,
      scale.isFinite
    else {
      throw ExecutionError(
        layer: layer.name,
        reason: .unsupported("softmax of \(input.format) codes to \(output.format)"))
    }
    let distances = input.codes.upperBound - input.codes.lowerBound
    switch flavour {
    case .table:
      share = .division
      exponentials = (0...distances).map { distance in
        Int((1_073_741_824 * exp(-Double(distance) * scale)).rounded())
      }
    case .gemmlowp where input.format.integer.bits <= 8:
      share = .reciprocal
      exponentials = Self.exponentials(scale: scale, distances: distances)
    case .gemmlowp:
      share = .table
      exponentials = Self.tableExponentials(scale: scale, distances: distances)
    case .float:
      let step = -Float(input.scale) * Float(beta)
      let floats = (0...distances).map { expf(step * Float($0)) }
      share = .float(floats)
      exponentials = floats.map { Int((Double($0) * 1_073_741_824).rounded()) }
    }
    self.places = places
    self.extent = extent
    self.output = output
    bits = output.format.integer.bits
    clamp = layer.clamp
  }

  /// Exponentials in Q0.31 of distances rescaled to Q5.26.
  ///
  /// - Source: TFLite `PreprocessSoftmaxScaling`, `CalculateInputRadius`, reference SOFTMAX.
  private static func exponentials(scale: Double, distances: Int) -> [Int] {
    let multiplier = QuantizedMultiplier(min(scale * 67_108_864, 2_147_483_647))
    let left = max(multiplier.exponent, 0)
    let radius = Int(31.0 * 67_108_864 / Double(1 << left))
    return (0...min(distances, radius)).map { distance in
      let rescaled = Requantization.doubleRounded(
        -distance, Int(multiplier.mantissa), multiplier.exponent)
      return Int(
        FixedPoint.exponential(ofNegative: Int32(truncatingIfNeeded: rescaled), integerBits: 5))
    }
  }

  /// Exponentials in Q0.15 by the interpolated table, whose 65,536 places stand for -10 to 0.
  ///
  /// - Source: TFLite `SoftMaxCalculateExp`; CMSIS-NN `arm_softmax_s16`.
  private static func tableExponentials(scale: Double, distances: Int) -> [Int] {
    let multiplier = QuantizedMultiplier(scale / (10.0 / 65_535))
    return (0...distances).map { distance in
      let rescaled = Requantization.doubleRounded(
        -distance, Int(multiplier.mantissa), multiplier.exponent)
      return Int(InterpolatedTable.exponential.value(at: Int16(clamping: rescaled + 32_767)))
    }
  }

  /// Computes one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    for start in stride(from: 0, to: places.count, by: extent) {
      let slice = places[start..<start + extent]
      var largest = Int32.min
      for place in slice { largest = max(largest, codes[place]) }
      switch share {
      case .division: divide(slice, largest, codes, results)
      case .reciprocal: multiply(slice, largest, codes, results)
      case .table: lookUp(slice, largest, codes, results)
      case .float(let exponentials):
        var sum: Float = 0
        for place in slice { sum += exponentials[Int(largest - codes[place])] }
        let inverse = 1 / (sum * Float(output.scale))
        for place in slice {
          let share = exponentials[Int(largest - codes[place])] * inverse
          write(Int(share.rounded(.toNearestOrAwayFromZero)) + output.zeroPoint, results + place)
        }
      }
    }
  }

  private func write(_ code: Int, _ result: UnsafeMutablePointer<Int32>) {
    result.pointee = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
  }
}

extension SoftmaxPlan {
  private func divide(
    _ slice: ArraySlice<Int>, _ largest: Int32, _ codes: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    var sum = 0
    for place in slice { sum += exponentials[Int(largest - codes[place])] }
    for place in slice {
      let share = exponentials[Int(largest - codes[place])] << bits
      write((share + sum / 2) / sum + output.codes.lowerBound, results + place)
    }
  }

  private func multiply(
    _ slice: ArraySlice<Int>, _ largest: Int32, _ codes: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    var sum: UInt32 = 0
    for place in slice {
      let distance = Int(largest - codes[place])
      guard distance < exponentials.count else { continue }
      sum &+= UInt32(Requantization.roundingShift(exponentials[distance], by: 12))
    }
    let zeros = sum.leadingZeroBitCount
    let fraction = Int32(bitPattern: (sum << UInt32(zeros)) &- (1 << 31))
    let scale = FixedPoint.reciprocal(ofOnePlus: fraction)
    let lowest = output.codes.lowerBound
    for place in slice {
      let distance = Int(largest - codes[place])
      guard distance < exponentials.count else {
        write(lowest, results + place)
        continue
      }
      let product = Int(FixedPoint.highProduct(scale, Int32(exponentials[distance])))
      let share = Requantization.roundingShift(product, by: 12 - zeros + 31 - bits)
      write(share + lowest, results + place)
    }
  }

  private func lookUp(
    _ slice: ArraySlice<Int>, _ largest: Int32, _ codes: UnsafePointer<Int32>,
    _ results: UnsafeMutablePointer<Int32>
  ) {
    var sum = 0
    for place in slice { sum += exponentials[Int(largest - codes[place])] }
    let zeros = UInt32(truncatingIfNeeded: sum).leadingZeroBitCount
    let centred = ((sum << (zeros - 1) + (1 << 13)) >> 14) - 98_304
    let reciprocal = Int(InterpolatedTable.reciprocal.value(at: Int16(clamping: centred)))
    let places = 31 - zeros
    for place in slice {
      let product = exponentials[Int(largest - codes[place])] * reciprocal
      write(min(max((product + 1 << (places - 1)) >> places, 0), 32_767), results + place)
    }
  }
}

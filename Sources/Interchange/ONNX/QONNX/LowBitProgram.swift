internal import Networks

/// The element-wise functions between the numbers of a value and a result, in the order of computing.
struct LowBitProgram: Sendable {
  /// A function and the places of its operands: 0 is the number that everything starts from.
  struct Step: Sendable {
    var function: LowBitFunction
    var operands: [Int]
  }

  /// The steps; step `i` gives place `i + 1`.
  var steps: [Step] = []

  /// The one axis along which constants vary; nil twice over when there is more than one.
  var axis: Int?? {
    var axis: Int?
    for step in steps {
      guard let own = step.function.axis else { continue }
      if axis != nil && axis != own { return .none }
      axis = own
    }
    return .some(axis)
  }

  /// The result for a number.
  func value(_ number: Float, channel: Int) -> Float {
    if steps.isEmpty { return number }
    var places = [number]
    places.reserveCapacity(steps.count + 1)
    for step in steps {
      let x = places[step.operands[0]]
      let y = step.operands.count > 1 ? places[step.operands[1]] : 0
      places.append(step.function.value(x, y, channel: channel))
    }
    return places[steps.count]
  }

  /// Whether the result of a channel never changes its direction when the number grows.
  func isMonotone(channel: Int) -> Bool {
    var places: [LowBitFunction.Direction] = [.rising]
    for step in steps {
      let x = places[step.operands[0]]
      let y = step.operands.count > 1 ? places[step.operands[1]] : .constant
      places.append(step.function.direction(x, y, channel: channel))
    }
    return places[steps.count] != .unknown
  }
}

/// The codes that a value can have: every `stride`-th from the lowest to the highest.
struct CodeDomain: Hashable, Sendable {
  var lowest: Int
  var highest: Int
  /// The distance of codes: 2 when only odd or only even ones occur.
  var stride = 1

  /// How many codes there are.
  var count: Int { (highest - lowest) / stride + 1 }

  /// The smallest domain that holds both.
  func union(_ other: CodeDomain) -> CodeDomain {
    let isAligned = stride == other.stride && (lowest - other.lowest) % stride == 0
    return CodeDomain(
      lowest: min(lowest, other.lowest), highest: max(highest, other.highest),
      stride: isAligned ? stride : 1)
  }

  /// The keys of all finite float32 numbers.
  static let reals = CodeDomain(
    lowest: ThresholdTable.key(of: -.greatestFiniteMagnitude),
    highest: ThresholdTable.key(of: .greatestFiniteMagnitude))
}

/// The places where a function of a code changes, found by bisection or one by one.
struct CodeRuns {
  /// Where functions that are not monotone are still followed code by code.
  static let largestScan = 1 << 16

  /// The first code of each run, ascending, and what the function gives there.
  private(set) var runs: [(start: Int, result: Int)] = []

  /// The runs of a function over a domain; nil when there are more than `limit`, or when a function
  /// that is not monotone has too large a domain.
  ///
  /// - Complexity: about `runs * log2(domain)` evaluations of a monotone function.
  init?(
    _ domain: CodeDomain, isMonotone: Bool, limit: Int, of function: (Int) -> Int
  ) {
    let last = domain.count - 1
    func code(_ index: Int) -> Int { domain.lowest + index * domain.stride }
    let first = function(code(0))
    runs = [(code(0), first)]
    if isMonotone {
      // Halves whose ends differ, the lower one first.
      var parts = [(low: 0, high: last, below: first, above: function(code(last)))]
      while let part = parts.popLast() {
        if part.below == part.above { continue }
        if part.high - part.low == 1 {
          if runs.count == limit { return nil }
          runs.append((code(part.high), part.above))
          continue
        }
        let middle = part.low + (part.high - part.low) / 2
        let result = function(code(middle))
        parts.append((middle, part.high, result, part.above))
        parts.append((part.low, middle, part.below, result))
      }
    } else {
      guard last < Self.largestScan else { return nil }
      var previous = first
      for index in 0...last {
        let result = function(code(index))
        if result == previous { continue }
        if runs.count == limit { return nil }
        runs.append((code(index), result))
        previous = result
      }
    }
  }
}

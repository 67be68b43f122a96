internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// What a narrow accumulator needs beside the weights of a `ByteLinear`.
///
/// Tables are one after the other, a group of channels after the other. A class, so that taking it out of a plan counts
/// one reference instead of one for each of its parts.
final class NarrowForm: Sendable {
  let accumulator: Accumulator
  let lanes: Int
  /// The byte of the number zero.
  let zero: Int
  /// The products of one output, without those that fill up the depth.
  let products: Int
  let stepLayout: Int
  let inputShift: Int
  /// The largest magnitude of a weight of any group.
  private let largestWeight: Int
  private let stepWeights: StepWeights
  private let tables: AlignedArray<Int32>
  /// Where a group's tables start, and what each holds.
  private let tablesPerGroup: Int
  private let lengths: [Int]
  private let isBiasLast: Bool

  init(_ plan: LinearPlan, weights: AlignedArray<Int8>, depth: Int, panels: Int, zero: Int) {
    let linear = plan.linear
    let accumulator = plan.arithmetic.accumulator
    self.accumulator = accumulator
    self.zero = zero
    lanes = plan.arithmetic.lanes
    // Products that fill up lanes read what lies behind a row where rows are not gathered.
    products = plan.layout.isIdentity ? linear.depth : plan.depth
    let isBiasLast = plan.scaling.biasPosition != .first
    self.isBiasLast = isBiasLast
    let channels = linear.outputChannels / linear.groups
    let unit = Int(WW_DEPTH_UNIT)
    let block = Int(WW_NARROW_BLOCK)
    lengths = [depth / unit, (depth + block - 1) / block, 1, 1, 1, 1]
    var tables: [Int32] = []
    for group in 0..<linear.groups {
      let panel = group * panels * 16 * depth
      func weight(_ channel: Int, _ k: Int) -> Int {
        Int(weights[panel + channel / 16 * 16 * depth + k / 4 * 64 + channel % 16 * 4 + k % 4])
      }
      func norm(_ channel: Int, _ range: Range<Int>) -> Int32 {
        let squares = range.reduce(0) { $0 + weight(channel, $1) * weight(channel, $1) }
        return Int32(Double(squares).squareRoot().rounded(.up))
      }
      for first in stride(from: 0, to: depth, by: unit) {
        for channel in 0..<panels * 16 {
          let sum = (first..<first + unit).reduce(0) { $0 + weight(channel, $1) }
          tables.append(Int32(zero * sum))
        }
      }
      for length in [block, depth] {
        for first in stride(from: 0, to: depth, by: length) {
          for channel in 0..<panels * 16 {
            tables.append(norm(channel, first..<min(first + length, depth)))
          }
        }
      }
      let biases = (0..<panels * 16).map {
        $0 < channels ? plan.scaling.bias[group * channels + $0] : 0
      }
      let starts = biases.map { isBiasLast ? 0 : accumulator.stored($0) }
      tables += starts.map { Int32($0) }
      tables += zip(biases, starts).map { isBiasLast ? 0 : Int32(truncatingIfNeeded: $0 - $1) }
      tables += biases.map { isBiasLast ? Int32(truncatingIfNeeded: $0) : 0 }
    }
    self.tables = AlignedArray(tables, filler: 0)
    tablesPerGroup = tables.count / linear.groups

    // Whatever the format, inputs are at most this far from zero.
    let input = Swift.max(zero, plan.input.codes.count - 1 - zero)
    let largestWeight = weights.withUnsafeBufferPointer { weights in
      weights.reduce(1) { Swift.max($0, abs(Int($1))) }
    }
    self.largestWeight = largestWeight
    let shift = 32 - accumulator.bits
    let inputPlaces = min(shift, Self.places(input))
    if lanes == 1 && shift >= 8 && shift - inputPlaces <= Self.places(largestWeight) {
      stepLayout = Int(WW_STEP_SCALED)
      inputShift = inputPlaces
    } else if lanes == 1 && accumulator.bits <= 16 && input * largestWeight <= Int(Int16.max) {
      stepLayout = Int(WW_STEP_HALF)
      inputShift = 0
    } else {
      stepLayout = Int(WW_STEP_PLAIN)
      inputShift = 0
    }
    stepWeights = StepWeights(
      layout: stepLayout, shift: shift - inputShift, groups: linear.groups, panels: panels,
      depth: depth)
  }

  /// How far a number can be shifted within 16 bits.
  private static func places(_ number: Int) -> Int {
    var places = 0
    while number << (places + 1) <= Int(Int16.max) { places += 1 }
    return number > Int(Int16.max) ? 0 : places
  }

  /// The kernel's view of one group; `body` returns the share of blocks that were added again, for what is worth
  /// to be kept.
  ///
  /// - Parameter weights: the panels of all groups.
  func withKernel(
    group: Int, panels: Int, weights: AlignedArray<Int8>, _ body: (inout ww_narrow) -> Double
  ) {
    let layouts = stepWeights.ready
    let share = tables.withUnsafeBufferPointer { tables in
      withExtendedLifetime(layouts) { () -> Double in
        guard var table = tables.baseAddress else { return 0 }
        table += group * tablesPerGroup
        func next(_ index: Int) -> UnsafePointer<Int32> {
          defer { table += lengths[index] * panels * 16 }
          return table
        }
        var narrow = ww_narrow()
        narrow.bits = Int32(accumulator.bits)
        narrow.policy = Int32(accumulator.overflow == .saturate ? WW_SATURATE : WW_WRAP)
        narrow.lanes = Int32(lanes)
        narrow.zero = Int32(zero)
        narrow.products = Int64(products)
        let zeroSums = next(0)
        narrow.zeroSums = zero == 0 ? nil : zeroSums
        narrow.blockNorms = next(1)
        narrow.wholeNorms = next(2)
        narrow.start = next(3)
        narrow.startExcess = next(4)
        let bias = next(5)
        narrow.bias = isBiasLast ? bias : nil
        narrow.largestWeight = Int32(largestWeight)
        layouts.read(group: group, into: &narrow)
        narrow.stepLayout = Int32(layouts.steps == nil ? Int(WW_STEP_PLAIN) : stepLayout)
        narrow.inputShift = Int32(inputShift)
        return body(&narrow)
      }
    }
    stepWeights.prepare(weights, share: share)
  }
}

internal import Arithmetic
internal import Networks
internal import Tensors

/// The products of a layer as the kernels take them.
///
/// Kernels add groups of one size and clear their inner register after groups of one number. Orders
/// whose groups differ are filled up with products of zero, which change nothing; what no filling can
/// express (sums of contents, three registers, spills) goes through the general kernel as it is.
struct ProductLayout: Sendable {
  /// The additions as they are defined.
  let sequence: ProductSequence
  /// The arithmetic with the lanes and the tile of the layout.
  let arithmetic: ArithmeticSpec
  /// The place in the kernel of each product; -1 for a filling zero.
  private(set) var places: [Int]
  /// The number of each group among those of the sequence; nil when they are the same.
  private(set) var stepNumbers: [Int]?
  /// Whether the general kernel is needed.
  let isGeneral: Bool
  /// The most products between two clearings of the innermost register.
  let longestRun: Int

  /// The most registers and forms of stored sums that kernels know.
  static let mostRegisters = 4
  static let mostStorages = 8

  /// What no kernel can do with an order, in words; nil for one that fits.
  static func problem(of order: ReductionOrder, for linear: QuantizedLinear) -> String? {
    let window = linear.window
    guard order.inputChannels == linear.inputChannels / linear.groups,
      order.kernelRows == window.kernelHeight, order.kernelColumns == window.kernelWidth
    else { return "an order of additions for another kernel" }
    guard (1...mostRegisters).contains(order.registers.count), order.spills.count <= mostStorages
    else { return "an order of more than \(mostRegisters) registers or \(mostStorages) spills" }
    return nil
  }

  /// The layout of a layer in an order that a mapping implies, or in the one that the arithmetic states.
  init(_ linear: QuantizedLinear, _ arithmetic: ArithmeticSpec, order: ReductionOrder?) {
    let window = linear.window
    let channels = linear.inputChannels / linear.groups
    guard let order else {
      let tile = arithmetic.outer?.tile
      sequence = ProductSequence(
        arithmetic.order, area: window.kernelHeight * window.kernelWidth, channels: channels,
        lanes: arithmetic.lanes, tile: tile)
      self.arithmetic = arithmetic
      let count = linear.depth
      let lanes = arithmetic.lanes
      let filling = (count + lanes - 1) / lanes * lanes - count
      places = sequence.places + [Int](repeating: -1, count: filling)
      isGeneral = false
      longestRun = min(tile ?? count, count)
      return
    }
    var sequence = ProductSequence(order)
    if let outer = arithmetic.outer { sequence.split(tile: outer.tile) }
    self.sequence = sequence
    let sizes = GroupSizes(sequence)
    isGeneral =
      sequence.registers > 2 || sequence.spills.contains { $0 > 0 } || sequence.ends.contains(2)
    longestRun = sizes.longestRun
    var spec = arithmetic
    spec.lanes = sizes.largestGroup
    if sequence.registers > 1 {
      spec.outer = OuterAccumulator(
        tile: isGeneral ? sizes.longestRun : sizes.mostGroups * sizes.largestGroup,
        accumulator: arithmetic.outer?.accumulator ?? arithmetic.accumulator)
    }
    self.arithmetic = spec
    places = sequence.places
    if !isGeneral { fill(sizes) }
  }

  /// Makes all groups, and all tiles but the last, equally long.
  private mutating func fill(_ sizes: GroupSizes) {
    var filled: [Int] = []
    var numbers: [Int] = []
    var (size, groups) = (0, 0)
    for (index, place) in sequence.places.enumerated() {
      filled.append(place)
      size += 1
      guard sequence.ends[index] > 0 else { continue }
      filled += [Int](repeating: -1, count: sizes.largestGroup - size)
      size = 0
      numbers.append((numbers.last ?? -1) + 1)
      groups += 1
      guard sequence.ends[index] > 1 else { continue }
      if index + 1 < sequence.places.count, groups < sizes.mostGroups {
        let missing = sizes.mostGroups - groups
        filled += [Int](repeating: -1, count: missing * sizes.largestGroup)
        numbers += [Int](repeating: numbers.last ?? 0, count: missing)
      }
      groups = 0
    }
    places = filled
    stepNumbers = numbers
  }

  /// Whether products lie in memory in the order of the additions.
  var isIdentity: Bool { places.enumerated().allSatisfy { $0 == $1 || $1 < 0 } }

  /// How long the groups of a sequence are.
  private struct GroupSizes {
    /// Products of the largest group.
    var largestGroup = 1
    /// The most groups between two clearings of the innermost register.
    var mostGroups = 1
    /// The most products between two of them.
    var longestRun = 1

    init(_ sequence: ProductSequence) {
      var (size, groups, run) = (0, 0, 0)
      for end in sequence.ends {
        size += 1
        run += 1
        guard end > 0 else { continue }
        largestGroup = max(largestGroup, size)
        size = 0
        groups += 1
        guard end > 1 else { continue }
        mostGroups = max(mostGroups, groups)
        longestRun = max(longestRun, run)
        (groups, run) = (0, 0)
      }
      mostGroups = max(mostGroups, groups)
      longestRun = max(longestRun, run)
    }
  }
}

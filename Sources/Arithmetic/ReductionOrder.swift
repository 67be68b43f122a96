/// A direction in which the products of one sum lie.
public enum ReductionAxis: String, Hashable, Sendable, CaseIterable {
  /// Input channels of the group.
  case inputChannels = "c"
  /// Kernel rows.
  case kernelRows = "r"
  /// Kernel columns.
  case kernelColumns = "s"
}

/// The order in which hardware adds the products of one output, as loops: what a mapping implies.
///
/// The products of an output have places (r, s, c) in a kernel. Loops over c, r and s walk them from the
/// outside inwards, each in blocks of `tile` indices of its axis. Loops over outputs go on in between
/// and change nothing within one sum. The sum is made in one register or in several, each behind the
/// next: an inner register starts from zero for every step of the loops outside of it, and its content
/// is one term of the register outside. Before each addition the steps of a tree's loops are summed
/// exactly: products in the innermost register, contents of the inner register elsewhere.
///
/// - Exactness: places in the padding stand in their trees and contribute zero; a term of padding alone is
///   no addition.
public struct ReductionOrder: Hashable, Sendable {
  /// A loop over blocks of an axis.
  public struct Loop: Hashable, Sendable {
    /// The axis.
    public var axis: ReductionAxis
    /// The indices that remain inside one step; the loops of an axis have different tiles.
    public var tile: Int

    /// A loop.
    public init(_ axis: ReductionAxis, tile: Int) {
      self.axis = axis
      self.tile = tile
    }
  }

  /// A register that terms are added to, one after the other.
  public struct Register: Hashable, Sendable {
    /// The loops whose steps follow each other, outermost first.
    public var loops: [Loop]
    /// The loops inside them whose steps are side by side: summed exactly before the addition.
    public var tree: [Loop]

    /// A register.
    public init(loops: [Loop], tree: [Loop] = []) {
      self.loops = loops
      self.tree = tree
    }
  }

  /// A partial sum that leaves the last register for a narrower memory, and comes back.
  public struct Spill: Hashable, Sendable {
    /// The loops of the last register, from the outermost on, whose steps it happens between.
    public var depth: Int
    /// The form in which the memory keeps it.
    public var storage: Accumulator

    /// A spill.
    public init(depth: Int, storage: Accumulator) {
      self.depth = depth
      self.storage = storage
    }
  }

  /// The input channels of a group.
  public var inputChannels: Int
  /// The kernel rows.
  public var kernelRows: Int
  /// The kernel columns.
  public var kernelColumns: Int
  /// The registers, the one that ends up with the sum first.
  public var registers: [Register]
  /// The spills of that register, the nearest memory first; their depths never grow.
  public var spills: [Spill]

  /// An order of the products of a kernel.
  public init(
    inputChannels: Int, kernelRows: Int, kernelColumns: Int, registers: [Register],
    spills: [Spill] = []
  ) {
    self.inputChannels = inputChannels
    self.kernelRows = kernelRows
    self.kernelColumns = kernelColumns
    self.registers = registers
    self.spills = spills
  }

  /// The products of one sum.
  public var products: Int { inputChannels * kernelRows * kernelColumns }

  /// The indices of an axis.
  public func extent(_ axis: ReductionAxis) -> Int {
    switch axis {
    case .inputChannels: inputChannels
    case .kernelRows: kernelRows
    case .kernelColumns: kernelColumns
    }
  }
}

extension ReductionOrder: CustomStringConvertible {
  /// The order for people, outermost loop first: `c/16, r, s, tree(c)`.
  ///
  /// `c/16` walks input channels in blocks of 16, `c` one by one; `tree(…)` is summed exactly and
  /// `sum(…)` in a register that starts from zero; `c/16 spilled 16:saturate` stores the partial sum in
  /// that form between its steps.
  public var description: String {
    let text = text(of: 0)
    return text.isEmpty ? "one product" : text
  }

  private func text(of index: Int) -> String {
    let register = registers[index]
    var words = register.loops.enumerated().map { place, loop in
      let stored = index == 0 ? spills.filter { $0.depth > place } : []
      return Self.name(loop) + stored.map { " spilled \($0.storage)" }.joined()
    }
    var inside = register.tree.map(Self.name)
    if index + 1 < registers.count { inside.append("sum(\(text(of: index + 1)))") }
    let terms = inside.joined(separator: ", ")
    if !register.tree.isEmpty {
      words.append("tree(\(terms))")
    } else if !terms.isEmpty {
      words.append(terms)
    }
    return words.joined(separator: ", ")
  }

  private static func name(_ loop: Loop) -> String {
    loop.tile == 1 ? loop.axis.rawValue : "\(loop.axis.rawValue)/\(loop.tile)"
  }
}

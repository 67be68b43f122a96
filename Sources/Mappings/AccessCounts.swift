public import Devices

/// What one operand moves between a memory level and the next one inwards that holds it, in elements.
public struct OperandLink: Hashable, Sendable {
  /// The operand.
  public var operand: Operand
  /// The outer level.
  public var parent: Int
  /// The inner level, or nil for the multipliers.
  public var child: Int?
  /// How often the tiles of the child change; of the multipliers, how often they ask for elements.
  public var transfers = 0
  /// Elements read from the parent on their way in; a multicast to several units is one read.
  ///
  /// Of outputs, only sums that the parent has: without that elision there are `parentWrites` reads.
  public var parentReads = 0
  /// Elements written to the child on their way in; 0 for the multipliers.
  public var childWrites = 0
  /// Outputs read from the child on their way out; 0 for the multipliers.
  public var childReads = 0
  /// Outputs written to the parent on their way out, after the sum over units.
  public var parentWrites = 0
  /// How many of `childReads` are finished outputs; the others are partial sums.
  public var finishedChildReads = 0
  /// How many of `parentWrites` are finished outputs; the others are partial sums.
  public var finishedParentWrites = 0

  /// A link that nothing has moved over yet.
  public init(operand: Operand, parent: Int, child: Int?) {
    self.operand = operand
    self.parent = parent
    self.child = child
  }
}

/// The accesses of one layer under one mapping: exact integers.
///
/// - Model: a level loads a tile whenever the indices of the loops outside it that the operand depends
///   on change, and keeps it otherwise. Padding is never loaded. Overlapping windows of two tiles are
///   loaded twice, but a level that keeps its halo loads only what its last tile of the same image and
///   channels did not hold. A partial sum that a level has not seen since it was
///   cleared is not read (first-read elision); every departure of a tile of outputs is written, and the
///   last one leaves the array finished: levels with several instances hold sums as wide as the
///   accumulator. Instances are those that the loops in space outside a tile imply, less the dimensions
///   along which the device shares the level. All of them advance in lock step: one read of a parent
///   serves every child of it that needs the element in that step, and sums over its children are formed
///   before they are written. One of them gets the partial sum, the others start from nothing. Layers
///   without products pass by levels with several instances. Biases are not counted here.
/// - Validity: equal to `AccessWalk`, which walks the nest, on random small cases.
public struct AccessCounts: Hashable, Sendable {
  /// What moves between levels: by operand, outermost link first.
  public var links: [OperandLink]
  /// The steps of the array: in each every active unit does one multiply-accumulate.
  public var steps: Int
  /// How often the stationary operand of the array changes: the passes over the array.
  public var passes: Int
}

extension LegalMapping {
  /// The accesses of this mapping in closed form.
  ///
  /// - Complexity: linear in the outputs and taps of one direction of the image, else independent of
  ///   the size of the layer.
  public var accesses: AccessCounts {
    var counter = AccessCounter()
    return counter.counts(of: nest)
  }
}

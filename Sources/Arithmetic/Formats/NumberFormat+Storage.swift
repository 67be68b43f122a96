/// What a group of codes shares and multiplies their values by.
public enum SharedScale: Hashable, Sendable {
  /// Nothing.
  case none
  /// A power of two whose exponent is stored in 8 bits.
  case powerOfTwo
  /// Any real number, stored as a float32.
  case real

  /// The bits that are stored.
  public var bits: Int {
    switch self {
    case .none: 0
    case .powerOfTwo: 8
    case .real: 32
    }
  }
}

/// What a tensor takes in memory, item by item.
public struct StoredBits: Hashable, Sendable {
  /// The bits of the codes.
  public var elements: Int
  /// The bits of what groups or blocks share, zero points among them.
  public var scales: Int
  /// The bits of centroids.
  public var codebooks: Int

  /// Bits by item.
  public init(elements: Int, scales: Int, codebooks: Int) {
    self.elements = elements
    self.scales = scales
    self.codebooks = codebooks
  }

  /// All bits.
  public var total: Int { elements + scales + codebooks }
}

extension NumberFormat {
  /// What a group of codes shares; of microscaling formats, what a block shares.
  ///
  /// Minifloats wider than 8 bits have range enough and share nothing.
  public var sharedScale: SharedScale {
    switch self {
    case .affine, .bipolar, .ternary: .real
    case .fixedPoint(_, let fraction): fraction == nil ? .powerOfTwo : .none
    case .dynamicFixedPoint, .microscaling, .powerOfTwo, .codebook: .powerOfTwo
    case .minifloat(let format): format.bits <= 8 ? .powerOfTwo : .none
    case .float32: .none
    }
  }

  /// The bits of a tensor of `elements` codes in `groups` equal groups, each with its own scale.
  ///
  /// Codebook formats have a full table for each group. Microscaling blocks do not reach from one group
  /// into the next, and the last block of a group stores only the elements it has.
  ///
  /// - Parameters:
  ///   - elements: the number of codes, a multiple of `groups`.
  ///   - groups: the number of tensors, channels or rows with a scale of their own.
  ///   - hasZeroPoints: whether each group of an affine format also has a zero point.
  /// - Precondition: groups above zero, which divide the elements.
  public func storage(
    elements: Int, groups: Int = 1, hasZeroPoints: Bool = false
  ) -> StoredBits {
    precondition(
      elements >= 0 && groups > 0 && elements.isMultiple(of: groups), "groups are equally large")
    var stored = StoredBits(
      elements: elements * bits, scales: groups * sharedScale.bits, codebooks: 0)
    switch self {
    case .affine: stored.scales += hasZeroPoints ? groups * bits : 0
    case .microscaling(let format):
      let blocks = (elements / groups + format.blockSize - 1) / format.blockSize
      stored.scales = groups * blocks * MicroscalingFormat.scaleBits
    case .codebook(let format): stored.codebooks = groups * format.entries * format.centroidBits
    case .fixedPoint, .dynamicFixedPoint, .minifloat, .powerOfTwo, .bipolar, .ternary, .float32:
      break
    }
    return stored
  }
}

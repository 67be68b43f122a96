/// Codes that are indices into a table of centroids, as k-means makes it.
public struct CodebookFormat: Hashable, Sendable {
  /// The widths an index can have.
  public static let indexWidths = 1...8
  /// The widths a centroid can have.
  public static let centroidWidths = 2...16

  /// The bits of an index.
  public let indexBits: Int
  /// The bits of a centroid, in two's complement.
  public let centroidBits: Int

  /// A format of indices and centroids of some bits.
  ///
  /// - Precondition: 1 to 8 bits of index and 2 to 16 of centroid.
  public init(indexBits: Int, centroidBits: Int = 8) {
    precondition(Self.indexWidths.contains(indexBits), "an index has 1 to 8 bits")
    precondition(Self.centroidWidths.contains(centroidBits), "a centroid has 2 to 16 bits")
    self.indexBits = indexBits
    self.centroidBits = centroidBits
  }

  /// How many centroids there are at most.
  public var entries: Int { 1 << indexBits }

  /// The integers that centroids are.
  public var centroid: IntegerFormat { IntegerFormat(bits: centroidBits, isSigned: true) }
}

/// A table of centroids: `real = centroids[code] * 2^exponent`.
public struct Codebook: Hashable, Sendable {
  /// The widths of indices and centroids.
  public let format: CodebookFormat
  /// The centroids in rising order, each once, at most `format.entries`.
  public let centroids: [Int32]
  /// The power of two that one step of a centroid is.
  public let exponent: Int

  /// A table of centroids.
  ///
  /// - Precondition: `isTable(centroids, format)`.
  public init(format: CodebookFormat, centroids: [Int32], exponent: Int) {
    precondition(
      Self.isTable(centroids, format), "a codebook's centroids rise, fit their bits and the index")
    self.format = format
    self.centroids = centroids
    self.exponent = exponent
  }

  /// The table of real centroids, rounded to the finest power-of-two step that holds them all.
  ///
  /// Rounding may make two centroids one; the table is then shorter. Ties go to even.
  ///
  /// - Precondition: the centroids are finite, and there are one to `format.entries`.
  public init(format: CodebookFormat, reals: [Double]) {
    precondition(reals.allSatisfy(\.isFinite), "centroids are finite")
    precondition((1...format.entries).contains(reals.count), "there are 1 to 2^b centroids")
    let largest = reals.reduce(0) { max($0, abs($1)) }
    let exponent = NumberFormat.dynamicFixedPoint(format.centroid).exponent(holding: largest)
    let step = Double(sign: .plus, exponent: -exponent, significand: 1)
    let integers = Set(reals.map { Int32(($0 * step).rounded(.toNearestOrEven)) })
    self.init(format: format, centroids: integers.sorted(), exponent: exponent)
  }

  /// Whether integers rise strictly, fit the bits of a centroid and are no more than indices.
  public static func isTable(_ centroids: [Int32], _ format: CodebookFormat) -> Bool {
    (1...format.entries).contains(centroids.count)
      && zip(centroids, centroids.dropFirst()).allSatisfy { $0 < $1 }
      && centroids.allSatisfy {
        (format.centroid.lowest...format.centroid.highest).contains(Int($0))
      }
  }

  /// What an index stands for; an index behind the last centroid is no number.
  public func decode(_ code: UInt32) -> DecodedValue {
    let index = Int(code) & (format.entries - 1)
    guard index < centroids.count else { return .notANumber }
    return .exact(Int64(centroids[index]), exponent)
  }

  /// The index of the nearest centroid, ties to the even index; NaN gives the lowest.
  public func encode(_ value: Double) -> UInt32 {
    // Twice the value in steps against the sum of two neighbours: both exact.
    let twice = value * Double(sign: .plus, exponent: 1 - exponent, significand: 1)
    var (low, high) = (0, centroids.count - 1)
    while low < high {
      let middle = (low + high) / 2
      let border = Double(centroids[middle]) + Double(centroids[middle + 1])
      if twice > border || (twice == border && middle & 1 == 1) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return UInt32(low)
  }
}

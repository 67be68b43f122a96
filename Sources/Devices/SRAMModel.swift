public import Quantities
internal import Glibc

/// The energy, leakage and area of an SRAM by size, port width and node, as CACTI 7 gives them.
///
/// `ln(figure) = sum of c[i, j] * x^i * y^j + shift(node)`, with `x = (log2(bytes) - 15) / 5` for i = 0...3
/// and `y = (log2(width in bits) - 6) / 2` for j = 0...2; the shift is interpolated in ln(node).
///
/// - Model: RAM with one read-write port and one bank, error correction off, 300 K; energies are for an
///   access of the whole port. Array and periphery are of one flavour of transistors.
/// - Validity: least squares over 468 runs of CACTI 7.0 (sizes 1 KiB to 2 MiB, ports of 8 to 256 bits,
///   45, 32 and 22 nm, two flavours). Errors in the relative figure, largest and root mean square, are in
///   `SRAMModel.errors`; CACTI chooses another organisation from size to size, so that its own figures jump
///   by as much. Its nodes are ITRS projections; at 45 nm M. Horowitz's (ISSCC 2014) 8 KiB costs 1.5 times
///   as much, his 1 MiB 1.1 times.
/// - Source: CACTI 7.0, github HewlettPackard/cacti 1ffd8dfb, driven with the defaults of
///   Accelergy's accelergy-cacti-plug-in 291018b1.
public struct SRAMModel: Hashable, Sendable {
  /// The transistors of array and periphery, by their ITRS names.
  public enum Flavour: String, Hashable, Sendable, CaseIterable {
    /// Low standby power: leaks nanowatts.
    case lowStandbyPower = "lstp"
    /// High performance: faster, leaks milliwatts.
    case highPerformance = "hp"
  }

  /// What is modelled of one access or one instance.
  public enum Figure: String, Hashable, Sendable, CaseIterable {
    /// A read of the whole port, in pJ.
    case read
    /// A write of the whole port, in pJ.
    case write
    /// The leakage of the instance, in mW.
    case leakage
    /// The area of the instance, in mm².
    case area
  }

  /// The capacities that the model covers.
  public static let capacities = Bits.kibibytes(1)...Bits.kibibytes(2048)
  /// The widths of a port that the model covers, in bits.
  public static let widths = 8...256
  /// The nodes that the model covers, in nm.
  public static let technologies = 22...45

  /// The transistors.
  public let flavour: Flavour
  /// The node in nm.
  public let technology: Int

  /// A model at a node; nil outside `technologies`.
  public init?(_ flavour: Flavour, technology: Int) {
    guard Self.technologies.contains(technology) else { return nil }
    self.flavour = flavour
    self.technology = technology
  }

  /// A figure of an instance of some capacity with a port of some width; nil outside of what is covered.
  public func value(_ figure: Figure, capacity: Bits, width: Int) -> Double? {
    guard Self.capacities.contains(capacity), Self.widths.contains(width) else { return nil }
    let x = (log2(capacity.bytes) - 15) / 5
    let y = (log2(Double(width)) - 6) / 2
    let fit = Self.fit(figure, flavour)
    var sum = fit.shift(technology)
    for (i, row) in fit.coefficients.enumerated() {
      for (j, coefficient) in row.enumerated() {
        sum += coefficient * pow(x, Double(i)) * pow(y, Double(j))
      }
    }
    return exp(sum)
  }

  /// The energy of an access of the whole port; nil outside of what is covered.
  public func energy(isWrite: Bool, capacity: Bits, width: Int) -> Picojoules? {
    value(isWrite ? .write : .read, capacity: capacity, width: width).map(Picojoules.init)
  }

  /// The leakage of an instance; nil outside of what is covered.
  public func leakage(capacity: Bits, width: Int) -> Milliwatts? {
    value(.leakage, capacity: capacity, width: width).map(Milliwatts.init)
  }
}

/// How the energy of digital logic changes with the node and the supply.
///
/// `E ~ a2 * V^2 + a1 * V + a0` with three numbers a node; between nodes the values of both neighbours are
/// interpolated linearly in nm.
///
/// - Model: fan-out-of-four logic in SPICE with predictive models; leakage, wires and memories scale
///   otherwise.
/// - Validity: nodes from 130 to 7 nm, supplies of 0.5 to 1.2 V. Accelergy's library uses the same at 0.8 V.
/// - Source: A. Stillmaker and B. Baas, Scaling equations for the accurate prediction of CMOS device
///   performance from 180 nm to 7 nm, Integration 58, 2017, as in Accelergy's library plug-in.
public enum TechnologyScaling {
  /// The nodes with numbers of their own, in nm, largest first, and their a2, a1, a0.
  private static let table: [(node: Int, a2: Double, a1: Double, a0: Double)] = [
    (130, 7.171, -6.709, 2.904), (90, 4.762, -4.781, 2.092), (65, 3.755, -4.398, 1.975),
    (45, 1.103, -0.362, 0.2767), (32, 0.9559, -0.7823, 0.471), (20, 0.373, -0.1582, 0.04104),
    (16, 0.2958, -0.1241, 0.03024), (14, 0.2363, -0.09675, 0.02239),
    (10, 0.2068, -0.09311, 0.02375), (7, 0.1776, -0.09097, 0.02447),
  ]

  /// The nodes that can be scaled between, in nm.
  public static let nodes = 7...130

  /// The supplies that can be scaled between, in V.
  public static let voltages: ClosedRange<Double> = 0.5...1.2

  /// The relative energy at a node and supply; nil outside `nodes` and `voltages`.
  public static func energy(node: Int, voltage: Double) -> Double? {
    guard nodes.contains(node), voltages.contains(voltage) else { return nil }
    func value(_ index: Int) -> Double {
      let row = table[index]
      return row.a2 * voltage * voltage + row.a1 * voltage + row.a0
    }
    guard let upper = table.lastIndex(where: { $0.node >= node }) else { return nil }
    if table[upper].node == node { return value(upper) }
    let (high, low) = (table[upper].node, table[upper + 1].node)
    let share = Double(node - low) / Double(high - low)
    return value(upper) * share + value(upper + 1) * (1 - share)
  }

  /// What an energy is multiplied by from one node and supply to another; nil outside of both ranges.
  public static func factor(
    from: (node: Int, voltage: Double), to: (node: Int, voltage: Double)
  ) -> Double? {
    guard let before = energy(node: from.node, voltage: from.voltage),
      let after = energy(node: to.node, voltage: to.voltage)
    else { return nil }
    return after / before
  }
}

import Devices
import Quantities

extension ValidationTarget {
  /// Energy of a multiply-accumulate by operand width: our law beside synthesized hardware.
  static let multiplierWidths = ValidationTarget(
    title: "Multiply-accumulate energy by operand width, 45 nm",
    source: "tables/mac_energy_vs_bits_45nm_synth.csv (fixed-precision units of Bit Fusion's "
      + "synthesis), tables/bitfusion_synthesis_45nm.csv",
    assumptions: """
      the law of edge-npu with Horowitz's int8 multiply (0.2 pJ) and int32 add (0.1 pJ); the width of the \
      synthesized accumulators is not published: four times the operands is assumed, and the range from \
      twice to 32 bits at least is reported
      """
  ) { data in
    let compute = try data.device("edge-npu").compute
    var rows: [ValidationRow] = []
    for record in try data.table("tables/mac_energy_vs_bits_45nm_synth.csv") {
      let bits = try record.integer("bits")
      let theirs = try record.number("energy_pJ")
      func ours(_ accumulator: Int) -> Double {
        compute.productEnergy(weights: bits, activations: bits, accumulator: accumulator).value
      }
      rows.append(
        ValidationRow(
          "\(bits) x \(bits) bits, \(4 * bits)-bit sums", unit: "pJ", ours: ours(4 * bits),
          theirs: theirs, bar: .within(0.2),
          note: bits < 4
            ? "registers and control do not shrink with the product of the widths; the law has neither"
            : ""))
      for accumulator in [2 * bits, max(32, 4 * bits)] {
        rows.append(
          ValidationRow(
            "\(bits) x \(bits) bits, \(accumulator)-bit sums", unit: "pJ", ours: ours(accumulator),
            theirs: theirs, bar: .reported, note: "range"))
      }
    }
    // The law of a fusion unit: the same energy a cycle, whatever it does with its bricks.
    let fusion = try data.device("bit-fusion").compute
    for record in try data.table("tables/bitfusion_synthesis_45nm.csv")
    where try record.integer("N") == 4 && record.integer("M") == 4 {
      guard try record.integer("Max Precision (bits)") == 8,
        try record.integer("Min Precision (bits)") == 2
      else { continue }
      rows.append(
        ValidationRow(
          "fusion unit, a cycle of any widths", unit: "pJ",
          ours: fusion.macEnergy.busyCycle.value / Double(fusion.units),
          theirs: try record.number("Dynamic Power (nW)") * 1e-9 / 500e6 / 16 * 1e12,
          bar: .within(0.01), isFitted: true, note: "the device's figure comes from this synthesis")
      )
    }
    return rows
  }
}

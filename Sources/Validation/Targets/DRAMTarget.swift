import Costs
import Devices

extension ValidationTarget {
  /// Commands, row hits, latency and energy of recorded DRAMsim3 runs.
  static let dram = ValidationTarget(
    title: "DRAMsim3: row hits, activations, latency and energy of six traces on two memories",
    source: "costs/dramsim3/vectors.csv, recorded outputs of DRAMsim3",
    assumptions:
      "its energies are V x mA x clock cycles; they are multiplied by the clock period to be pJ"
  ) { data in
    var rows: [ValidationRow] = []
    for record in try data.table("costs/dramsim3/vectors.csv") {
      let config = try record.text("config")
      let trace = try record.text("trace")
      let memory: DRAMStandard = config.hasPrefix("DDR3") ? .ddr3 : .lpddr4
      let activity = DRAMController.activity(
        of: try requests(data.text("costs/dramsim3/traces/\(trace).trace"), trace), on: memory,
        cycles: try record.integer("num_cycles"))
      let name = "\(memory.name) \(trace)"
      for (what, ours, column) in [
        ("reads", activity.reads, "num_read_cmds"), ("writes", activity.writes, "num_write_cmds"),
        ("read row hits", activity.readRowHits, "num_read_row_hits"),
        ("write row hits", activity.writeRowHits, "num_write_row_hits"),
        ("activations", activity.activates, "num_act_cmds"),
        ("precharges", activity.precharges, "num_pre_cmds"),
        ("refreshes", activity.refreshes, "num_ref_cmds"),
      ] {
        rows.append(
          ValidationRow(
            "\(name), \(what)", unit: "commands", ours: Double(ours),
            theirs: try record.number(column), bar: .within(0.02)))
      }
      rows.append(
        ValidationRow(
          "\(name), read latency", unit: "clock cycles",
          ours: Double(activity.readLatency) / Double(max(activity.readsDone, 1)),
          theirs: try record.number("average_read_latency"), bar: .within(0.02)))
      rows.append(
        ValidationRow(
          "\(name), energy", unit: "uJ", ours: activity.energy(of: memory) / 1e6,
          theirs: try record.number("total_energy") * memory.clockPeriod / 1e6, bar: .within(0.1)))
    }
    return rows
  }

  /// The requests of a trace: `0xADDRESS READ|WRITE CYCLE`, one a line.
  private static func requests(_ text: String, _ name: String) throws -> [DRAMRequest] {
    try text.split(whereSeparator: \.isNewline).map { line in
      let fields = line.split(separator: " ")
      guard fields.count == 3, fields[0].hasPrefix("0x"),
        let address = Int(fields[0].dropFirst(2), radix: 16), let cycle = Int(fields[2])
      else { throw ValidationProblem("\(name): \"\(line)\" is not a request") }
      return DRAMRequest(address: address, isWrite: fields[1] == "WRITE", cycle: cycle)
    }
  }
}

internal import Costs
internal import Devices
internal import Mappings
internal import Quantities
public import Simulation

/// The machine-readable report of a run on a platform: `platform.json`.
///
/// `reports/README.md` describes every key.
public enum PlatformJSON {
  /// The report, ending in a line feed.
  public static func text(_ result: PlatformResult) -> String {
    var report = JSONObject()
    report.add("schema", JSONReport.schema)
    report.add("network", result.network)
    report.add("platform", result.platform)
    report.add("objective", result.objective.rawValue)
    report.add("proven", result.isProven)
    report.add("batch", result.batch)
    report.add("scheme", result.scheme.map(JSONReport.scheme))
    report.add("accuracy", result.accuracy.map(JSONReport.accuracy))
    report.add("fidelity", result.fidelity.map(JSONReport.fidelity))
    report.add("input", result.input.map(JSONReport.input))
    report.add("devices", .array(result.members.map(member)))
    report.add("layers", .array(result.layers.map(layer)))
    report.add("transfers", .array(result.transfers.map(transfer)))
    report.add("totals", totals(result.totals))
    report.add("warnings", .array(result.warnings.map(JSONValue.string)))
    return report.value.fileText
  }

  private static func member(_ member: PlatformMember) -> JSONValue {
    var object = JSONObject()
    object.add("name", member.name)
    object.add("device", member.device)
    object.add("clockHz", member.clock.value)
    object.add("layout", member.layout.rawValue)
    object.add("arithmetic", JSONReport.arithmetic(member.arithmetic, preset: member.preset))
    object.add("alone", member.alone.map(totals))
    return object.value
  }

  private static func layer(_ layer: PlatformLayer) -> JSONValue {
    var object = JSONObject()
    object.add("name", layer.name)
    object.add("kind", layer.kind)
    object.add("device", layer.member)
    object.add("fixed", layer.isFixed)
    object.add("macs", layer.cost.macs)
    object.add("cycles", layer.cost.cycles.count)
    object.add("seconds", layer.seconds.value)
    object.add("energyPJ", layer.cost.totalEnergy.value)
    object.add("accumulator", layer.overflow.map(JSONReport.accumulator))
    return object.value
  }

  private static func transfer(_ transfer: PlatformTransfer) -> JSONValue {
    var object = JSONObject()
    object.add("tensor", transfer.value)
    object.add("from", transfer.from)
    object.add("to", transfer.to)
    object.add("links", transfer.links)
    object.add("bits", transfer.bits.count)
    object.add("seconds", transfer.totals.seconds.value)
    object.add("energyPJ", transfer.totals.energy.value)
    if let conversion = transfer.conversion {
      var inner = JSONObject()
      inner.add("cycles", conversion.cycles.count)
      inner.add("seconds", conversion.totals.seconds.value)
      inner.add("energyPJ", conversion.totals.energy.value)
      object.add("conversion", inner.value)
    }
    return object.value
  }

  private static func totals(_ totals: PlatformTotals) -> JSONValue {
    var object = JSONObject()
    object.add("seconds", totals.seconds.value)
    object.add("energyPJ", totals.energy.value)
    return object.value
  }
}

internal import Costs
public import Devices
internal import Quantities
public import Simulation

/// Where each cycle and each picojoule of layers comes from, for machines.
public enum ExplanationJSON {
  /// The lines of some layers of a result, ending in a line feed.
  public static func text(
    _ layers: [LayerResult], of result: SimulationResult, on device: Device
  ) -> String {
    var report = JSONObject()
    report.add("schema", JSONReport.schema)
    report.add("network", result.network)
    report.add("device", result.device)
    report.add("layers", .array(layers.map { self.layer($0, device) }))
    return report.value.fileText
  }

  private static func layer(_ layer: LayerResult, _ device: Device) -> JSONValue {
    let explanation = LayerExplanation(layer.cost, on: device)
    var object = JSONObject()
    object.add("name", layer.name)
    object.add("cycles", layer.cost.cycles.count)
    object.add("cycleLines", .array(explanation.cycles.map { cycles($0, device) }))
    object.add("energyPJ", layer.cost.totalEnergy.value)
    object.add("energyLines", .array(explanation.energy.map { energy($0, device) }))
    object.add("operands", layer.operands.map(JSONReport.operands))
    return object.value
  }

  private static func cycles(_ line: CycleLine, _ device: Device) -> JSONValue {
    var object = JSONObject()
    object.add("part", line.part.rawValue)
    object.add("reason", line.reason)
    object.add("cycles", line.cycles.count)
    object.add("source", line.path.flatMap { device.sources[$0] })
    return object.value
  }

  private static func energy(_ line: EnergyLine, _ device: Device) -> JSONValue {
    var object = JSONObject()
    object.add("component", line.component)
    object.add("reason", line.reason)
    object.add("count", line.amount?.count)
    object.add("unit", line.amount?.unit)
    object.add("bits", line.amount?.bits?.count)
    object.add("pricePJ", line.amount?.price)
    object.add("energyPJ", line.energy.value)
    object.add("source", line.path.flatMap { device.sources[$0] })
    return object.value
  }
}

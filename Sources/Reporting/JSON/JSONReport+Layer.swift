internal import Arithmetic
internal import Costs
internal import Devices
internal import Execution
internal import Mappings
internal import Quantities
internal import Simulation

extension JSONReport {
  static func layer(_ layer: LayerResult) -> JSONValue {
    let cost = layer.cost
    var object = JSONObject()
    object.add("name", layer.name)
    object.add("kind", layer.kind)
    object.add("macs", cost.macs)
    object.add("weights", layer.weights?.description)
    object.add("activations", layer.inputs.description)
    object.add("outputs", layer.outputs.description)
    object.add("order", layer.order?.description)
    object.add("accumulator", layer.overflow.map(accumulator))
    object.add("paths", layer.overflow.flatMap(paths))
    object.add("cycles", cost.cycles.count)
    object.add("computeCycles", cost.computeCycles.count)
    object.add("overheadCycles", cost.overheadCycles.count)
    object.add("overhead", overhead(cost.overhead))
    object.add("stallCycles", cost.stallCycles.count)
    object.add("stalls", .array(cost.stalls.map(stall)))
    object.add("utilization", cost.utilization)
    object.add("energyPJ", energy(cost))
    object.add("energyRangePJ", cost.energyRange.map(range))
    object.add("savedByValuesPJ", cost.values?.total.value)
    object.add("operands", layer.operands.map(operands))
    object.add("accesses", .array(cost.accesses.map(access)))
    object.add("dram", cost.dram.map(dram))
    object.add("lowerBounds", lowerBounds(cost.lowerBounds))
    object.add("quality", cost.quality.map(quality))
    object.add(
      "mapping", .array(cost.mapping.split(separator: "\n").map { .string(String($0)) }))
    object.add("weightBits", layer.storage.total.count)
    object.add("weightStorage", storage(layer.storage))
    object.add("huffmanBits", layer.huffman?.count)
    return object.value
  }

  static func accumulator(_ overflow: LayerOverflow) -> JSONValue {
    var object = JSONObject()
    object.add("bits", overflow.accumulator.bits)
    if let float = overflow.accumulator.float {
      object.add("float", float.description)
      object.add("overflow", float.overflow.rawValue)
    } else {
      object.add("overflow", overflow.accumulator.overflow.rawValue)
    }
    object.add("datatypeBoundBits", overflow.dataTypeBound.bits)
    object.add("boundBits", overflow.boundBits)
    object.add("observedBits", overflow.observedBits)
    object.add("observedOver", overflow.observesPrefixes ? "prefixes" : "finals")
    if overflow.accumulator.float == nil {
      object.add("headroomBits", overflow.observedBits.map { overflow.accumulator.bits - $0 })
    }
    object.add("steps", overflow.total { $0.steps })
    object.add("overflowedSteps", overflow.total { $0.overflowedSteps })
    object.add("overflowedBiasSteps", overflow.total { $0.overflowedBiasSteps })
    if overflow.accumulator.float != nil {
      object.add("roundedSteps", overflow.total { $0.roundedSteps })
    }
    if let outer = overflow.outer {
      object.add("outerBits", outer.accumulator.bits)
      object.add("outerOverflow", outer.accumulator.overflow.rawValue)
      object.add("outerTile", outer.tile)
      object.add("outerSteps", overflow.total { $0.outerSteps })
      object.add("overflowedOuterSteps", overflow.total { $0.overflowedOuterSteps })
    }
    let spills = overflow.total { $0.spills }
    if spills > 0 {
      object.add("spills", spills)
      object.add("overflowedSpills", overflow.total { $0.overflowedSpills })
    }
    object.add("outputs", overflow.total { $0.outputs })
    object.add("overflowedOutputs", overflow.total { $0.overflowedOutputs })
    object.add("persistentOutputs", overflow.total { $0.persistentOutputs })
    object.add("transientOutputs", overflow.total { $0.transientOutputs })
    object.add("netWraps", overflow.total { $0.netWraps })
    object.add("firstOverflowedStep", overflow.firstOverflowedStep)
    // Without prefixes the histogram lacks the outputs that were proved to fit.
    if overflow.observesPrefixes {
      let entries = overflow.bitsHistogram.enumerated().filter { $0.element > 0 }
      object.add(
        "bitsHistogram",
        .array(entries.map { .array([.integer($0.offset), .integer($0.element)]) }))
    }
    return object.value
  }

  private static func paths(_ overflow: LayerOverflow) -> JSONValue? {
    let paths = overflow.paths
    let all = paths.total
    guard all > 0 else { return nil }
    var object = JSONObject()
    object.add("proved", Double(paths.proved) / Double(all))
    object.add("tracked", Double(paths.tracked) / Double(all))
    object.add("redone", Double(paths.redone) / Double(all))
    object.add("stepped", Double(paths.stepped) / Double(all))
    return object.value
  }

  private static func overhead(_ overhead: CycleOverhead) -> JSONValue {
    var object = JSONObject()
    object.add("layer", overhead.layer.count)
    object.add("onload", overhead.onload.count)
    object.add("fill", overhead.fill.count)
    object.add("outputs", overhead.outputs.count)
    object.add("offload", overhead.offload.count)
    return object.value
  }

  private static func stall(_ stall: Stall) -> JSONValue {
    var object = JSONObject()
    object.add("level", stall.level)
    object.add("port", stall.port)
    object.add("operand", stall.operand.rawValue)
    object.add("cycles", stall.cycles.count)
    return object.value
  }

  private static func energy(_ cost: LayerCost) -> JSONValue {
    var object = JSONObject()
    for share in cost.energy { object.add(share.component, share.energy.value) }
    object.add("total", cost.totalEnergy.value)
    return object.value
  }

  private static func access(_ access: LevelAccess) -> JSONValue {
    var object = JSONObject()
    object.add("level", access.level)
    object.add("operand", access.operand.rawValue)
    object.add("reads", access.reads)
    object.add("writes", access.writes)
    object.add("bits", access.bits.count)
    return object.value
  }

  /// What the dynamic memory does.
  private static func dram(_ use: DRAMUse) -> JSONValue {
    var object = JSONObject()
    object.add("standard", use.memory.name)
    object.add("readBursts", use.activity.reads)
    object.add("writeBursts", use.activity.writes)
    object.add("rowHits", use.activity.readRowHits + use.activity.writeRowHits)
    object.add("rowActivations", use.activity.activates)
    object.add("refreshes", use.activity.refreshes)
    return object.value
  }

  static func lowerBounds(_ bounds: LowerBounds) -> JSONValue {
    var object = JSONObject()
    object.add("computeCycles", bounds.computeCycles.count)
    object.add("trafficBits", bounds.trafficBits.count)
    object.add("cycles", bounds.cycles.count)
    object.add("energyPJ", bounds.energy.value)
    return object.value
  }

  /// How near a mapping is to the best one.
  private static func quality(_ quality: MappingQuality) -> JSONValue {
    var object = JSONObject()
    object.add("objective", quality.objective.rawValue)
    object.add("exact", .boolean(quality.isExact))
    object.add("gap", quality.gap)
    return object.value
  }

  static func storage(_ storage: ParameterStorage) -> JSONValue {
    var object = JSONObject()
    object.add("weightsBits", storage.weights.count)
    object.add("biasesBits", storage.biases.count)
    object.add("scalesBits", storage.scales.count)
    if storage.codebooks != .zero { object.add("codebooksBits", storage.codebooks.count) }
    return object.value
  }
}

public import Devices
import Mappings
public import Quantities

/// One reason for cycles of a layer.
public struct CycleLine: Hashable, Sendable {
  /// `compute`, `overhead` or `stall`.
  public var part: Part
  /// The reason in words.
  public var reason: String
  /// How many.
  public var cycles: Cycles
  /// The path in the device file of the figure behind it; nil when there is none.
  public var path: String?

  /// The parts of the cycles of a layer.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// The array computes.
    case compute
    /// Filling, draining, finishing outputs, starting.
    case overhead
    /// The array waits for a memory.
    case stall
  }
}

/// One reason for energy of a layer: a count times a price.
public struct EnergyLine: Hashable, Sendable {
  /// The component in whose sum it is.
  public var component: String
  /// The reason in words: `read inputs`.
  public var reason: String
  /// The count and the price in words: `1,234 elements, 9,872 bit x 0.12 pJ/bit`; empty without them.
  public var amount: Amount?
  /// The energy; negative for what values save.
  public var energy: Picojoules
  /// The path in the device file of the price; nil when it is not one figure.
  public var path: String?

  /// A count times a price.
  public struct Amount: Hashable, Sendable {
    /// What is counted: `element`, `operation`, `cycle`.
    public var unit: String
    /// How many.
    public var count: Int
    /// The bits of all of them, when the price is of a bit.
    public var bits: Bits?
    /// The price of one, or of one bit, in pJ.
    public var price: Double
  }
}

/// Where each cycle and each picojoule of a layer comes from.
///
/// The cycles of the lines add up to those of the layer, the energies of the lines of a component to that
/// of the component up to rounding of the last digit.
public struct LayerExplanation: Hashable, Sendable {
  /// The reasons for cycles: computing, overheads, stalls.
  public var cycles: [CycleLine]
  /// The reasons for energy, component by component in the order of reports.
  public var energy: [EnergyLine]

  /// The explanation of a cost on the device that it was found for.
  public init(_ cost: LayerCost, on device: Device) {
    cycles = Self.cycles(cost, device)
    energy = cost.energy.flatMap { share in
      Self.balanced(Self.lines(of: share.component, cost, device), share)
    }
  }

  private static func cycles(_ cost: LayerCost, _ device: Device) -> [CycleLine] {
    var lines: [CycleLine] = []
    if cost.computeCycles > .zero {
      lines.append(
        CycleLine(
          part: .compute, reason: "computing", cycles: cost.computeCycles,
          path: cost.macs > 0 ? "compute.throughput" : "compute.cyclesPerElement"))
    }
    let overhead = cost.overhead
    for (cycles, reason, path) in [
      (overhead.layer, "starting the layer", "compute.cyclesPerLayer"),
      (overhead.onload, "loading the first tiles", nil),
      (overhead.fill, "filling and draining the array", "compute.rows"),
      (overhead.outputs, "finishing outputs", "compute.cyclesPerOutput"),
      (overhead.offload, "storing the last outputs", nil),
    ] as [(Cycles, String, String?)] where cycles > .zero {
      lines.append(CycleLine(part: .overhead, reason: reason, cycles: cycles, path: path))
    }
    for stall in cost.stalls {
      lines.append(
        CycleLine(
          part: .stall,
          reason: "waiting for port \(stall.port) of \(stall.level), \(stall.operand.rawValue)",
          cycles: stall.cycles, path: Self.path(of: stall, device)))
    }
    return lines
  }

  /// The path of the bandwidth that a stall waits for.
  private static func path(of stall: Stall, _ device: Device) -> String? {
    guard let level = device.memories.firstIndex(where: { $0.name == stall.level }) else {
      return nil
    }
    let memory = device.memories[level]
    guard let port = (0..<memory.portCount).first(where: { memory.portName($0) == stall.port })
    else { return nil }
    if !memory.ports.isEmpty { return "memories[\(level)].ports[\(port)].bandwidth" }
    return "memories[\(level)].\(port == 0 ? "read" : "write")Bandwidth"
  }

  /// The lines of a component with one more for what they do not explain.
  private static func balanced(_ lines: [EnergyLine], _ share: EnergyShare) -> [EnergyLine] {
    let sum = lines.reduce(0) { $0 + $1.energy.value }
    let rest = share.energy.value - sum
    let scale = lines.reduce(share.energy.value.magnitude) { max($0, $1.energy.value.magnitude) }
    guard rest.magnitude > 1e-9 * scale else { return lines }
    return lines + [
      EnergyLine(
        component: share.component, reason: "other than counts times prices",
        energy: Picojoules(rest))
    ]
  }

  private static func lines(
    of component: String, _ cost: LayerCost, _ device: Device
  ) -> [EnergyLine] {
    var lines: [EnergyLine]
    if component == "compute" {
      lines = compute(cost, device)
    } else if component == EnergyShare.leakageName {
      return leakage(cost, device)
    } else {
      lines = accesses(component, cost, device)
    }
    for saved in cost.values?.saved ?? [] where saved.component == component {
      lines.append(
        EnergyLine(
          component: component, reason: "saved by the values of operands",
          energy: Picojoules(-saved.energy.value),
          path: component == "compute"
            ? "compute.energy.zeroGating" : path(of: component, "zeroGating", device)))
    }
    return lines
  }

  private static func compute(_ cost: LayerCost, _ device: Device) -> [EnergyLine] {
    guard let operations = cost.operations else { return [] }
    let price = device.compute.macEnergy
    let widths = operations.widths
    var lines: [EnergyLine] = []
    func add(_ reason: String, _ unit: String, _ count: Int, _ each: Double, _ key: String) {
      guard count > 0, each > 0 else { return }
      lines.append(
        EnergyLine(
          component: "compute", reason: reason,
          amount: EnergyLine.Amount(unit: unit, count: count, bits: nil, price: each),
          energy: Picojoules(each * Double(count)), path: "compute.energy.\(key)"))
    }
    let count = operations.count
    if operations.kind == .products {
      add(
        "multiply \(widths.multipliedWeights(on: device.compute)) x "
          + "\(widths.multipliedInputs(on: device.compute)) bit",
        "operation", count,
        operations.multiplication(on: device).value, "multiply")
    }
    add(
      "add \(widths.partialSums) bit", "operation", count,
      price.add.value * Double(widths.partialSums) / Double(price.addBits), "add")
    add("overhead", "operation", count, price.overhead.value, "overhead")
    add(
      "busy cycles", "cycle", (cost.computeCycles + cost.overhead.busy).count,
      price.busyCycle.value, "busyCycle")
    return lines
  }

  private static func accesses(
    _ component: String, _ cost: LayerCost, _ device: Device
  ) -> [EnergyLine] {
    guard let level = device.memories.first(where: { $0.name == component }) else { return [] }
    if let dram = cost.dram, component == device.memories.first?.name {
      return dram.lines(of: component)
    }
    var lines: [EnergyLine] = []
    for access in cost.accesses where access.level == component {
      for (isWrite, count, bits) in [
        (false, access.reads, access.readBits), (true, access.writes, access.writeBits),
      ] where bits > .zero {
        let prices = isWrite ? level.writeEnergy : level.readEnergy
        guard let price = prices[access.operand] else { continue }
        let operand = access.operand.rawValue
        lines.append(
          EnergyLine(
            component: component, reason: (isWrite ? "write " : "read ") + operand,
            amount: EnergyLine.Amount(
              unit: "element", count: count, bits: bits, price: price.value),
            energy: bits * price,
            path: path(of: component, isWrite ? "writeEnergy" : "readEnergy", device)
              .map { device.sources["\($0).\(operand)"] == nil ? $0 : "\($0).\(operand)" }))
      }
    }
    return lines
  }

  private static func leakage(_ cost: LayerCost, _ device: Device) -> [EnergyLine] {
    device.leakages.map { part, power in
      let each = (power * (Cycles(1) / device.clock)).value
      return EnergyLine(
        component: EnergyShare.leakageName, reason: "\(part) leaks",
        amount: EnergyLine.Amount(
          unit: "cycle", count: cost.cycles.count, bits: nil, price: each),
        energy: power * (cost.cycles / device.clock),
        path: part == "compute" ? "compute.leakage" : path(of: part, "leakage", device))
    }
  }

  private static func path(of level: String, _ key: String, _ device: Device) -> String? {
    device.memories.firstIndex { $0.name == level }.map { "memories[\($0)].\(key)" }
  }
}

import Costs
import Devices
import Mappings
import Quantities

/// One layer on the Eyeriss chip: our figures beside the measured ones.
struct EyerissRun {
  /// mW in a pJ a millisecond.
  static let milliwatts = 1e-6
  /// What the energies of the device leave out.
  static let powerNote = """
    the access energies (nn_dataflow) have no clock network, the largest part of the chip's power \
    besides the pads (JSSC 2017, Fig. 16), and no network on chip; their own check allows 0.6 to 1.0 of \
    the measured power; gating by zeros, which lowers the later layers on the chip, is left out
    """

  var layer: EyerissLayer
  var measured: ValidationRecord
  private let device: Device
  private let mapping: LegalMapping
  private let cost: LayerCost
  /// The time in ms when DRAM traffic hides behind it.
  let processing: Double

  /// A layer under its published mapping.
  init(_ layer: EyerissLayer, on device: Device, measured: ValidationRecord) throws {
    self.layer = layer
    self.measured = measured
    self.device = device
    mapping = try LegalMapping(layer.mapping, of: layer.work, on: device)
    let accesses = mapping.accesses
    cost = try LayerCost(mapping: mapping, accesses: accesses, device: device)
    let free = device.withFreeLink
    let alone = try LayerCost(
      mapping: try LegalMapping(layer.mapping, of: layer.work, on: free), accesses: accesses,
      device: free)
    processing = Double(alone.cycles.count) / device.clock.value * 1e3
  }

  /// The bits of an operand that a level moves; of inputs and weights those read only.
  private func bits(_ level: String, _ operand: Operand) -> Int {
    cost.accesses.filter { $0.level == level && $0.operand == operand }
      .reduce(0) { $0 + (operand == .outputs ? $1.bits : $1.readBits).count }
  }

  /// The bits of DRAM traffic after run-length coding, by the printed ratio.
  private func codedBits() throws -> Double {
    let all = Operand.allCases.reduce(0) { $0 + bits("dram", $1) }
    return Double(all) / (try measured.number("rlc_ratio"))
  }

  /// The time in ms when the array pauses while feature maps move.
  func latency() throws -> Double {
    let maps = max(try codedBits() - Double(bits("dram", .weights)), 0)
    let link = device.memories[0].readBandwidth.value * device.clock.value
    return processing + maps / link * 1e3
  }

  /// The energy of the layer on the chip, without what it consumes when idle, in pJ.
  var dynamicEnergy: Double {
    cost.energy.filter { !["dram", EnergyShare.leakageName].contains($0.component) }
      .reduce(0) { $0 + $1.energy.value }
  }

  /// The figures beside the measured ones.
  func rows() throws -> [ValidationRow] {
    let isFitted = layer.name == "CONV3"
    let buffer = bits("buffer", .inputs) + bits("buffer", .outputs)
    let latency = try measured.number("latency_ms")
    let power = dynamicEnergy * Self.milliwatts / latency + device.leakage.value
    return [
      ValidationRow(
        "\(layer.name), buffer", unit: "MB", ours: Double(buffer) / 8e6,
        theirs: try measured.number("buffer_MB"), bar: .within(0.1), isFitted: isFitted),
      ValidationRow(
        "\(layer.name), DRAM after coding", unit: "MB", ours: try codedBits() / 8e6,
        theirs: try measured.number("dram_MB"), bar: .within(0.1), isFitted: isFitted),
      ValidationRow(
        "\(layer.name), active units", unit: "units", ours: Double(mapping.activeUnits),
        theirs: try measured.number("active_pes"), bar: .within(0.05)),
      ValidationRow(
        "\(layer.name), processing time", unit: "ms", ours: processing,
        theirs: try measured.number("processing_latency_ms"), bar: .within(0.1),
        isFitted: isFitted,
        note: "that filters load before the first window of inputs, not beside it, is not modelled"),
      ValidationRow(
        "\(layer.name), latency", unit: "ms", ours: try self.latency(), theirs: latency,
        bar: .reported, isFitted: isFitted),
      ValidationRow(
        "\(layer.name), power", unit: "mW", ours: power,
        theirs: try measured.number("power_mW"), bar: .within(0.25), isFitted: isFitted,
        note: Self.powerNote),
    ].map { row in
      var row = row
      if row.passes == true { row.note = "" }
      return row
    }
  }
}

extension Device {
  /// The device with a link to DRAM that never makes it wait.
  fileprivate var withFreeLink: Device {
    var device = self
    for level in device.memories.indices {
      for port in device.memories[level].ports.indices
      where level == 0 || device.memories[level].ports[port].sides == [.outer] {
        device.memories[level].ports[port].bandwidth = BitsPerCycle(1e9)
      }
    }
    return device
  }
}

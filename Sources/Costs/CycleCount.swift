import Devices
import Mappings
import Quantities

/// The cycles of a layer: computing, overhead and stalls, which add up to the total exactly.
///
/// - Model: the array does one step of the mapping in `1 / rate` cycles, however few units are active;
///   a processor's slower kernels for depthwise layers are in the rate.
///   A systolic array pays, for every change of its stationary operand, `rows + columns - 2` cycles to fill
///   and drain, and `rows` more to load weights or inputs that stay, unless the first per-unit level is
///   double buffered. Every level has one read and one write port that its operands share; per-unit
///   levels have them in each active unit. Tiles of double-buffered levels, of per-unit levels and of
///   the multipliers move while the array computes: the layer takes as long as the busiest of array and
///   ports. Tiles of the other levels move while it waits: their slowest port adds up. The first load of a
///   double-buffered tile and the refresh and row misses of a DRAM are ignored.
/// - Validity: array cycles are SCALE-Sim's for one GEMM (output, weight and input stationary).
struct CycleCount {
  var compute: Cycles
  var overhead: Cycles
  var stalls: [Stall]

  /// The cycles in which the device works: all but the stalls.
  var busy: Cycles { compute + overhead }

  var total: Cycles { stalls.reduce(busy) { $0 + $1.cycles } }

  /// How long one operand keeps one port busy.
  private struct Demand {
    var level: Int
    var operand: Operand
    var cycles: Int
  }

  init(
    mapping: LegalMapping, accesses: AccessCounts, traffic: [LinkTraffic], device: Device,
    rate: Double
  ) {
    let work = mapping.work
    compute = Self.compute(work, accesses, device.compute, rate)
    overhead = Self.overhead(work, accesses, device)
    let isSerial = { (link: LinkTraffic) in
      guard let child = link.child else { return false }
      return !device.memories[child].isPerUnit && !device.memories[child].isDoubleBuffered
    }
    let units = mapping.activeUnits
    let busiest = Self.busiest(traffic.filter { !isSerial($0) }, device, units)
    var waits: [Demand] = []
    let excess = busiest.reduce(0) { $0 + $1.cycles } - compute.count - overhead.count
    if excess > 0 { waits += Self.shared(excess, busiest) }
    for child in device.memories.indices {
      waits += Self.busiest(traffic.filter { $0.child == child && isSerial($0) }, device, units)
    }
    stalls = []
    for (level, memory) in device.memories.enumerated() {
      for operand in Operand.allCases {
        let cycles = waits.filter { $0.level == level && $0.operand == operand }
          .reduce(0) { $0 + $1.cycles }
        if cycles == 0 { continue }
        stalls.append(Stall(level: memory.name, operand: operand, cycles: Cycles(cycles)))
      }
    }
  }

  private static func compute(
    _ work: LayerWork, _ accesses: AccessCounts, _ compute: Compute, _ rate: Double
  ) -> Cycles {
    let outputs = Double(work.elements(of: .outputs))
    switch work.kind {
    case .products: return Cycles(Int((Double(accesses.steps) / rate).rounded(.up)))
    case .pool:
      return Cycles(
        Int((Double(work.bounds.iterations) * compute.cyclesPerElement).rounded(.up)))
    case .elementwise, .movement:
      return Cycles(Int((outputs * compute.cyclesPerElement).rounded(.up)))
    case .none: return .zero
    }
  }

  private static func overhead(
    _ work: LayerWork, _ accesses: AccessCounts, _ device: Device
  ) -> Cycles {
    let compute = device.compute
    guard work.kind != .none else { return .zero }
    var cycles = compute.cyclesPerLayer
    guard work.kind == .products else { return Cycles(cycles) }
    let outputs = Double(work.elements(of: .outputs))
    cycles += Int((outputs * compute.cyclesPerOutput).rounded(.up))
    if compute.isSystolic {
      let isHidden = device.memories.first(where: \.isPerUnit)?.isDoubleBuffered ?? false
      let isLoaded = compute.dataflow.stationary != .outputs && !isHidden
      let pass = compute.rows + compute.columns - 2 + (isLoaded ? compute.rows : 0)
      cycles += accesses.passes * pass
    }
    return Cycles(cycles)
  }

  /// The demands on the port that is busy longest.
  private static func busiest(
    _ traffic: [LinkTraffic], _ device: Device, _ units: Int
  ) -> [Demand] {
    // The bits of each level, port and operand.
    let operands = Operand.allCases
    var bits = [Int](repeating: 0, count: device.memories.count * 2 * operands.count)
    for link in traffic {
      for port in link.ports {
        let place = port.level * 2 + (port.isWrite ? 1 : 0)
        bits[place * operands.count + link.operand.index] += port.bits
      }
    }
    var longest: [Demand] = []
    var most = 0
    for level in device.memories.indices {
      let isPerUnit = device.memories[level].isPerUnit
      for port in 0...1 {
        let bandwidth =
          port == 1 ? device.memories[level].writeBandwidth : device.memories[level].readBandwidth
        let first = (level * 2 + port) * operands.count
        func cycles(_ operand: Operand) -> Int {
          let all = bits[first + operand.index]
          return bandwidth.cycles(for: Bits(isPerUnit ? (all + units - 1) / units : all)).count
        }
        let sum = operands.reduce(0) { $0 + cycles($1) }
        guard sum > most else { continue }
        most = sum
        longest = operands.map { Demand(level: level, operand: $0, cycles: cycles($0)) }
      }
    }
    return longest
  }

  /// A number of cycles shared out in proportion to the demands, exactly.
  private static func shared(_ cycles: Int, _ demands: [Demand]) -> [Demand] {
    let whole = demands.reduce(0) { $0 + $1.cycles }
    var before = 0
    var given = 0
    return demands.map { demand in
      before += demand.cycles
      let upTo = Int((Double(cycles) * (Double(before) / Double(whole))).rounded())
      defer { given = upTo }
      return Demand(level: demand.level, operand: demand.operand, cycles: upTo - given)
    }
  }
}

import Devices
import Mappings
import Quantities

extension ZigZagCase {
  /// The accelerator of the run, from the recorded YAML files, with the layer and its mapping.
  ///
  /// A level is double buffered where ZigZag finds that a second tile fits.
  func modelled(_ data: ValidationData) throws -> (device: Device, mapping: LegalMapping) {
    let work = try work()
    var device = try data.device("tpu-like-16x16")
    device.compute.isSystolic = false
    device.compute.cyclesPerLayer = 0
    device.compute.cyclesPerOutput = 0
    device.compute.throughput = [
      MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 1)
    ]
    switch accelerator {
    case "gemm_l1", "gemm_l1_l3":
      let hasDRAM = accelerator == "gemm_l1_l3"
      (device.compute.rows, device.compute.columns, device.compute.lanes) = (8, 8, 8)
      device.compute.dataflow = .inputStationary
      device.memories =
        (hasDRAM ? [Self.offChip("l3", word: 512, bandwidth: 512)] : []) + [
          Self.scratchpad(hasDRAM: hasDRAM), Self.sums,
        ]
      let places: [LoopAxis: LoopPlace] = [
        .outputRows: .rows, .outputChannels: .columns, .inputChannels: .lanes,
      ]
      let mapping = try mapping(of: work, on: device, isSpaceInside: true, places: places)
      return (device, try LegalMapping(mapping, of: work, on: device))
    case "tpu_like":
      (device.compute.rows, device.compute.columns) = (32, 32)
      device.compute.dataflow = .weightStationary
      device.memories = [Self.offChip("dram", word: 64, bandwidth: 64)] + Self.tpuLevels
      let places: [LoopAxis: LoopPlace] = [.inputChannels: .rows, .outputChannels: .columns]
      let mapping = try mapping(of: work, on: device, isSpaceInside: false, places: places)
      if let twice = Self.doubled(device),
        let legal = try? LegalMapping(mapping, of: work, on: twice)
      {
        return (twice, legal)
      }
      return (device, try LegalMapping(mapping, of: work, on: device))
    default:
      throw ValidationProblem("costs/zigzag/vectors.json: no accelerator \(accelerator)")
    }
  }

  /// The device with double-buffered weight registers.
  private static func doubled(_ device: Device) -> Device? {
    guard let level = device.memories.firstIndex(where: { $0.name == "rf_128B" }) else {
      return nil
    }
    var device = device
    device.memories[level].isDoubleBuffered = true
    return device
  }

  private static func level(
    _ name: String, _ capacity: Int?, _ operands: Set<Operand>, isPerUnit: Bool, word: Int,
    ports: [MemoryPort]
  ) -> MemoryLevel {
    let free = Dictionary(
      uniqueKeysWithValues: operands.map { ($0, PicojoulesPerBit(0)) })
    var level = MemoryLevel(
      name: name, capacity: capacity.map(Bits.init), operands: operands, isPerUnit: isPerUnit,
      isDoubleBuffered: false, wordBits: word, readBandwidth: ports[0].bandwidth,
      writeBandwidth: ports[0].bandwidth, readEnergy: free, writeEnergy: free)
    level.ports = ports
    level.movesWholeWords = true
    return level
  }

  /// A memory with one port for everything.
  private static func offChip(_ name: String, word: Int, bandwidth: Double) -> MemoryLevel {
    level(
      name, nil, Set(Operand.allCases), isPerUnit: false, word: word,
      ports: [
        MemoryPort(name: "rw_port_1", access: .readWrite, bandwidth: BitsPerCycle(bandwidth))
      ])
  }

  /// `l1` of the two GEMM accelerators.
  private static func scratchpad(hasDRAM: Bool) -> MemoryLevel {
    func port(
      _ name: String, _ bandwidth: Double, _ operands: Set<Operand>, _ side: PortSide
    ) -> MemoryPort {
      MemoryPort(
        name: name, access: .readWrite, bandwidth: BitsPerCycle(bandwidth), operands: operands,
        sides: [side])
    }
    let all = Set(Operand.allCases)
    return level(
      "l1", hasDRAM ? 943_718 : nil, all, isPerUnit: false, word: 64,
      ports: [
        port("rw_port_1", 512, [.inputs], .inner), port("rw_port_2", 512, [.weights], .inner),
        port("rw_port_3", 2048, [.outputs], .inner), port("rw_port_4", 512, all, .outer),
      ])
  }

  /// `reg_O` of the GEMM accelerators: a sum of 32 bits for each of 8 x 8 trees, seen as one level.
  private static let sums = level(
    "reg_O", 64 * 32, [.outputs], isPerUnit: false, word: 32, ports: fourPorts(64 * 32, .outputs))

  /// The SRAM and the registers of the TPU-like accelerator.
  private static let tpuLevels: [MemoryLevel] = [
    level(
      "sram_2MB", 16_777_216, [.inputs, .outputs], isPerUnit: false, word: 64,
      ports: [
        MemoryPort(
          name: "r_port_1", access: .read, bandwidth: BitsPerCycle(2048),
          operands: [.inputs, .outputs]),
        MemoryPort(
          name: "w_port_1", access: .write, bandwidth: BitsPerCycle(2048),
          operands: [.inputs, .outputs]),
      ]),
    level(
      "rf_128B", 1024, [.weights], isPerUnit: true, word: 8,
      ports: [
        MemoryPort(
          name: "r_port_1", access: .read, bandwidth: BitsPerCycle(8), operands: [.weights]),
        MemoryPort(
          name: "w_port_1", access: .write, bandwidth: BitsPerCycle(8), operands: [.weights]),
      ]),
    level(
      "rf_2B", 16, [.outputs], isPerUnit: true, word: 16, ports: fourPorts(16, .outputs)),
  ]

  /// A read and a write port on either side.
  private static func fourPorts(_ bandwidth: Double, _ operand: Operand) -> [MemoryPort] {
    [
      ("r_port_1", PortAccess.read, PortSide.inner), ("r_port_2", .read, .outer),
      ("w_port_1", .write, .outer), ("w_port_2", .write, .inner),
    ].map {
      MemoryPort(
        name: $0.0, access: $0.1, bandwidth: BitsPerCycle(bandwidth), operands: [operand],
        sides: [$0.2])
    }
  }
}

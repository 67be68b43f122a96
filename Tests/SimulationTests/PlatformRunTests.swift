import Arithmetic
import Costs
import Devices
import Execution
import Foundation
import Interchange
import Mappings
import Networks
import Quantities
import Simulation
import Testing

@Suite("Runs on platforms")
struct PlatformRunTests {
  static let layers = ["conv", "pool", "flatten", "fc"]

  /// A microcontroller with an accelerator; 1 Gbit/s, 1 us a transfer, 2 pJ/bit.
  static func platform(
    latency: Double = 1e-6, placement: [String: String] = [:],
    layout: ActivationLayout = .channelsLast
  ) throws -> Platform {
    Platform(
      name: "board", summary: "",
      members: [
        Platform.Member(name: "mcu", device: try SmallWorkload.device("cortex-m4")),
        Platform.Member(
          name: "npu", device: try SmallWorkload.device("edge-npu"), layout: layout),
      ],
      links: [
        PlatformLink(
          ends: ["npu", "mcu"], bitsPerSecond: 1e9, latency: Seconds(latency),
          energy: PicojoulesPerBit(2))
      ], placement: placement)
  }

  static func costs() async throws -> Simulator {
    try await Simulator(Workload(network: try SmallWorkload.network()), threads: 1)
  }

  @Test(
    "All layers on one device: values and costs of a plain run there", arguments: ["mcu", "npu"])
  func oneDevice(member: String) async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 2)
    let placement = Dictionary(uniqueKeysWithValues: Self.layers.map { ($0, member) })
    let platform = try Self.platform(placement: placement)
    let own = try #require(platform.members.first { $0.name == member })
    let plain = try await simulator.result(SimulationOptions(device: own.device))
    let placed = try await simulator.result(PlatformOptions(platform: platform))
    #expect(placed.layers.map(\.name) == Self.layers)
    #expect(placed.layers.allSatisfy { $0.member == member && $0.isFixed })
    #expect(placed.layers.map(\.overflow) == plain.layers.map(\.overflow))
    #expect(placed.layers.map(\.cost.cycles) == plain.layers.map(\.cost.cycles))
    #expect(placed.layers.map(\.cost.energy) == plain.layers.map(\.cost.energy))
    #expect(placed.accuracy == plain.accuracy && placed.fidelity == plain.fidelity)
    #expect(placed.input == plain.input)
    #expect(placed.transfers.count == (member == "mcu" ? 0 : 1))
    let alone = try #require(placed.members.first { $0.name == member }?.alone)
    #expect(alone == placed.totals)
  }

  @Test("Each layer overflows as it does on its own device")
  func mixed() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(), threads: 2)
    var platform = try Self.platform(placement: [
      "conv": "mcu", "pool": "mcu", "flatten": "mcu", "fc": "npu",
    ])
    platform.members[1].device.arithmetic.accumulator = Accumulator(bits: 10, overflow: .wrap)
    let wide = try await simulator.result(SimulationOptions(device: platform.members[0].device))
    let narrow = try await simulator.result(SimulationOptions(device: platform.members[1].device))
    let mixed = try await simulator.result(PlatformOptions(platform: platform))
    #expect(mixed.layers[0].overflow == wide.layers[0].overflow)
    #expect(mixed.layers[0].overflow != narrow.layers[0].overflow)
    #expect(mixed.layers[3].overflow?.accumulator == narrow.layers[3].overflow?.accumulator)
    #expect(try #require(mixed.layers[3].overflow).total(\.overflowedOutputs) > 0)
    #expect(wide.layers[3].overflow?.total(\.overflowedOutputs) == 0)
    #expect(mixed.fidelity != wide.fidelity && mixed.fidelity != narrow.fidelity)
  }

  @Test(
    "A chain is placed as well as the best of all its placements",
    arguments: MappingObjective.allCases)
  func optimal(objective: MappingObjective) async throws {
    let simulator = try await Self.costs()
    for latency in [0, 2e-6, 50e-6, 1e-3] {
      var lowest = Double.infinity
      for bits in 0..<16 {
        let placement = Dictionary(
          uniqueKeysWithValues: Self.layers.enumerated().map {
            ($1, bits >> $0 & 1 == 1 ? "npu" : "mcu")
          })
        let platform = try Self.platform(latency: latency, placement: placement)
        let one = try await simulator.result(
          PlatformOptions(platform: platform, objective: objective))
        lowest = min(lowest, one.totals.value(objective))
      }
      let best = try await simulator.result(
        PlatformOptions(platform: try Self.platform(latency: latency), objective: objective))
      #expect(best.isProven)
      #expect(best.layers.allSatisfy { !$0.isFixed })
      #expect(best.totals.value(objective) <= lowest * (1 + 1e-12), "\(latency)")
    }
  }

  @Test("A transfer takes its latency and its bits; a batch shares the latency")
  func transfers() async throws {
    let simulator = try await Self.costs()
    var options = PlatformOptions(
      platform: try Self.platform(placement: [
        "conv": "mcu", "pool": "npu", "flatten": "npu", "fc": "npu",
      ]))
    let move = try #require(try await simulator.result(options).transfers.first)
    #expect(move.value == "conv" && move.from == "mcu" && move.to == "npu" && move.links == 1)
    // 20 channels of 6x6 pixels in 8 bits.
    #expect(move.bits == Bits(5760))
    #expect(abs(move.totals.seconds.value - (1e-6 + 5760e-9)) < 1e-15)
    #expect(move.totals.energy == Picojoules(11_520))
    #expect(move.conversion == nil)
    options.batch = 10
    let share = try #require(try await simulator.result(options).transfers.first)
    #expect(share.bits == move.bits)
    #expect(abs(share.totals.seconds.value - (1e-7 + 5760e-9)) < 1e-15)
  }

  @Test("Images change their layout where two devices differ, vectors do not")
  func conversions() async throws {
    let simulator = try await Self.costs()
    let result = try await simulator.result(
      PlatformOptions(
        platform: try Self.platform(
          placement: ["conv": "npu", "pool": "mcu", "flatten": "mcu", "fc": "npu"],
          layout: .channelsFirst)))
    #expect(result.transfers.map(\.value) == ["input", "conv", "flatten"])
    #expect(result.transfers.map { $0.conversion != nil } == [true, true, false])
    for move in result.transfers {
      guard let conversion = move.conversion else { continue }
      #expect(conversion.cycles > .zero && conversion.totals.energy > .zero)
      #expect(move.all.energy == move.totals.energy + conversion.totals.energy)
    }
    let sum = (result.layers.map(\.totals) + result.transfers.map(\.all)).reduce(0) {
      $0 + $1.seconds.value
    }
    #expect(abs(result.totals.seconds.value - sum) <= 1e-12 * sum)
  }

  @Test("Layers go around a device that cannot run them; when none can, one line says why")
  func impossible() async throws {
    let simulator = try await Self.costs()
    var platform = try Self.platform()
    platform.members[0].device.compute.throughput = []
    var options = PlatformOptions(platform: platform)
    let result = try await simulator.result(options)
    #expect(result.layers[0].member == "npu" && result.layers[3].member == "npu")
    #expect(result.members[0].alone == nil && result.members[1].alone != nil)
    options.platform.placement = ["fc": "mcu"]
    try await refuses(options, "placement.fc: mcu cannot run it", simulator)
    options.platform.placement = ["fcc": "mcu"]
    try await refuses(options, "placement.fcc: the network has no such layer", simulator)
    options.platform.placement = [:]
    options.platform.members[1].device.compute.throughput = []
    try await refuses(options, "layer conv: no device of the platform can run it", simulator)
    options.platform.members[1].device = try SmallWorkload.device("zynq-finn")
    try await refuses(options, "devices.npu: the layers of a pipeline", simulator)
  }

  private func refuses(
    _ options: PlatformOptions, _ words: String, _ simulator: Simulator
  ) async throws {
    let error = await #expect(throws: SimulationError.self) { try await simulator.result(options) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("The bundled digits run on the bundled platform at least as well as on either device")
  func digits() async throws {
    let bundled = BundledFiles(executable: nil, override: nil)
    var source = WorkloadSource(path: try #require(bundled.networkPath(named: "digits")))
    source.samples = 40
    let simulator = try await Simulator(try source.workload(), threads: 2)
    for objective in MappingObjective.allCases {
      let result = try await simulator.result(
        PlatformOptions(
          platform: try PlatformFile.platform("npu-and-m4", in: bundled), objective: objective))
      for member in result.members {
        let alone = try #require(member.alone).value(objective)
        #expect(result.totals.value(objective) <= alone * (1 + 1e-12))
      }
      #expect(result.accuracy?.samples == 40)
      #expect(try #require(result.accuracy).top1 > 30)
      #expect(result.layers.contains { $0.overflow != nil })
    }
  }
}

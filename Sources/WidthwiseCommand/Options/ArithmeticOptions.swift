import ArgumentParser
import Widthwise

/// What of the arithmetic is not the device's, apart from the preset and the accumulator that `compare`
/// varies.
struct ArithmeticOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A second accumulator, to which the first is added and cleared every --tile products; \
      --accumulator is then the first one.
      """, valueName: "BITS:POLICY"))
  var outerAccumulator: String?

  @Option(
    help: ArgumentHelp("Products between additions to the outer accumulator.", valueName: "N"))
  var tile: Int?

  @Option(
    help: """
      The order of additions: kernel-major, channel-major, or device: what each layer's mapping implies, \
      with its adder trees. (default: the one that the device file states)
      """)
  var order: String?

  @Option(
    help: ArgumentHelp("Products summed exactly before each narrow addition.", valueName: "N"))
  var lanes: Int?

  @Option(help: "Where the bias enters the sum: first or last.")
  var bias: String?

  @Option(
    help: """
      How sums become codes: gemmlowp, ruy, single, float, reduced16, shift, floor, thresholds or cast.
      """)
  var requantization: String?

  /// The choices, with a preset and an accumulator, for a device.
  func choices(
    preset: String?, accumulator: String?, device: Device
  ) throws -> ArithmeticChoice {
    var result = ArithmeticChoice()
    result.preset = try preset.map(Spelling.arithmetic)
    result.accumulator = try accumulator.map { try Spelling.accumulator($0) }
    try chooseLevels(&result, isDouble: (result.preset?.spec ?? device.arithmetic).outer != nil)
    result.followsMapping = order == "device"
    if result.followsMapping, let lanes {
      throw BadInput(
        "--lanes \(lanes): --order device takes adder trees from the mapping; leave one of them out"
      )
    }
    if let order, order != "device" {
      guard let value = AccumulationOrder(rawValue: order) else {
        throw BadInput(
          "--order \(order): is not known; write one of kernel-major, channel-major, device")
      }
      result.order = value
    }
    if let lanes {
      guard (1...1024).contains(lanes) else {
        throw BadInput("--lanes \(lanes): an adder tree sums 1 to 1024 products; write e.g. 4")
      }
      result.lanes = lanes
    }
    result.bias = try bias.map { try choice($0, "--bias", of: BiasPosition.self) }
    result.requantization = try requantization.map {
      try choice($0, "--requantization", of: RequantizationFlavour.self)
    }
    return result
  }

  /// The outer accumulator and the tile; one without the other needs an arithmetic with two levels.
  private func chooseLevels(_ result: inout ArithmeticChoice, isDouble: Bool) throws {
    result.outer = try outerAccumulator.map {
      try Spelling.accumulator($0, "--outer-accumulator")
    }
    if let outerAccumulator, tile == nil, !isDouble {
      throw BadInput(
        "--outer-accumulator \(outerAccumulator): says nothing of how often it is added to; "
          + "add e.g. --tile 64")
    }
    guard let tile else { return }
    guard (1...65_536).contains(tile) else {
      throw BadInput("--tile \(tile): a tile has 1 to 65536 products; write e.g. 64")
    }
    guard isDouble || result.outer != nil else {
      throw BadInput(
        "--tile \(tile): there is no outer accumulator; add e.g. --outer-accumulator 32:wrap")
    }
    result.tile = tile
  }
}

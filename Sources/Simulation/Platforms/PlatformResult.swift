public import Arithmetic
public import Costs
public import Devices
public import Execution
public import Mappings
public import Quantities
public import Quantization

/// What an inference takes on a platform.
public struct PlatformTotals: Hashable, Sendable {
  /// The time.
  public var seconds: Seconds
  /// The energy.
  public var energy: Picojoules

  /// Nothing.
  public static let zero = PlatformTotals(seconds: Seconds(0), energy: .zero)

  /// The sum.
  public static func + (left: PlatformTotals, right: PlatformTotals) -> PlatformTotals {
    PlatformTotals(
      seconds: Seconds(left.seconds.value + right.seconds.value),
      energy: left.energy + right.energy)
  }

  /// What an objective wants small: pJ, s, or pJ times s.
  public func value(_ objective: MappingObjective) -> Double {
    switch objective {
    case .energy: energy.value
    case .latency: seconds.value
    case .product: energy.value * seconds.value
    }
  }
}

/// One layer of a run on a platform.
public struct PlatformLayer: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The word for the operation, such as `conv` or `fc`.
  public var kind: String
  /// The device that runs it, by its name in the platform.
  public var member: String
  /// Whether it was placed by hand.
  public var isFixed: Bool
  /// What one inference costs there, whatever its values.
  public var cost: LayerCost
  /// The time at the clock of the device.
  public var seconds: Seconds
  /// What happened in the accumulators; nil in cost-only runs and for layers without products.
  public var overflow: LayerOverflow?

  /// Time and energy.
  public var totals: PlatformTotals {
    PlatformTotals(seconds: seconds, energy: cost.totalEnergy)
  }
}

/// A tensor that moves from one device to another, for one inference.
public struct PlatformTransfer: Hashable, Sendable {
  /// A change of the order of elements, by the device that receives a tensor.
  public struct Conversion: Hashable, Sendable {
    /// The cycles of that device.
    public var cycles: Cycles
    /// Time and energy.
    public var totals: PlatformTotals
  }

  /// The layer that makes the tensor, or `input`.
  public var value: String
  /// The device that has it.
  public var from: String
  /// The device that needs it.
  public var to: String
  /// How many links it takes.
  public var links: Int
  /// Its size.
  public var bits: Bits
  /// Time and energy on the links.
  public var totals: PlatformTotals
  /// What follows where the two devices have images in different orders; nil elsewhere.
  public var conversion: Conversion?

  /// Time and energy with the conversion.
  public var all: PlatformTotals { totals + (conversion?.totals ?? .zero) }
}

/// A device of a run on a platform.
public struct PlatformMember: Hashable, Sendable {
  /// The name in the platform.
  public var name: String
  /// The name of the device.
  public var device: String
  /// The clock of the device.
  public var clock: Hertz
  /// How it stores images.
  public var layout: ActivationLayout
  /// The arithmetic of its layers.
  public var arithmetic: ArithmeticSpec
  /// The preset that this is; nil without one.
  public var preset: String?
  /// What an inference takes with all layers here, inputs brought from the first device; nil when it
  /// cannot run them all.
  public var alone: PlatformTotals?
}

/// Everything that one run of one network on one platform gave.
public struct PlatformResult: Hashable, Sendable {
  /// The name of the network.
  public var network: String
  /// The name of the platform.
  public var platform: String
  /// What mappings and the placement were chosen for.
  public var objective: MappingObjective
  /// How the network was quantized; nil when it came with its own scales.
  public var scheme: QuantizationScheme?
  /// Inferences that share weights on the devices.
  public var batch: Int
  /// The devices.
  public var members: [PlatformMember]
  /// The layers in the order of execution.
  public var layers: [PlatformLayer]
  /// The tensors that move, in the order of the layers that make them.
  public var transfers: [PlatformTransfer]
  /// Whether no other placement is better, layers placed by hand aside.
  ///
  /// - Model: chains are solved exactly, the product of energy and time over all corners of the convex
  ///   hull of what placements take, one of which has the lowest product. Graphs are searched.
  public var isProven: Bool
  /// How often it is right; nil without labels.
  public var accuracy: Accuracy?
  /// How near it is to the float network; nil in cost-only runs and for an integer network.
  public var fidelity: Fidelity?
  /// What it was fed with; nil in cost-only runs.
  public var input: InputSummary?
  /// What a reader should know before trusting the figures.
  public var warnings: [String]

  /// Time and energy of one inference: layers one after the other, transfers and conversions between.
  public var totals: PlatformTotals {
    transfers.reduce(layers.reduce(.zero) { $0 + $1.totals }) { $0 + $1.all }
  }
}

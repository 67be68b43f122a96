public import Devices
public import Execution
public import Mappings
public import Quantization

/// What distinguishes one run of a workload on a platform from another.
///
/// Each layer has the arithmetic of the device that it is placed on.
public struct PlatformOptions: Sendable {
  /// The platform, with the layers that are placed by hand.
  public var platform: Platform
  /// How the network is quantized.
  public var scheme: QuantizationScheme
  /// Inferences that share weights on the devices and the start of each transfer.
  public var batch: Int
  /// How much is observed.
  public var observation: IntegerExecutor.Observation
  /// Whether layers with a memory go on from sample to sample, which then run in order on one thread.
  public var keepsState: Bool
  /// What mappings and the placement are chosen for.
  public var objective: MappingObjective

  /// A run on a platform with the default scheme.
  public init(
    platform: Platform, scheme: QuantizationScheme = QuantizationScheme(), batch: Int = 1,
    observation: IntegerExecutor.Observation = .full, keepsState: Bool = false,
    objective: MappingObjective = .product
  ) {
    self.platform = platform
    self.scheme = scheme
    self.batch = batch
    self.observation = observation
    self.keepsState = keepsState
    self.objective = objective
  }

  /// The same run with everything on one device.
  func simulation(on member: Platform.Member) -> SimulationOptions {
    SimulationOptions(
      device: member.device, scheme: scheme, batch: batch, observation: observation,
      keepsState: keepsState, objective: objective)
  }
}

/// Why the layers of a network cannot be placed on a platform, in one line.
public enum PlatformError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A layer is placed by hand that the network does not have.
  case unknownLayer(String)
  /// No device can run a layer; why the first one cannot.
  case homeless(layer: String, member: String, MappingError)
  /// The device that a layer is placed on by hand cannot run it.
  case misplaced(layer: String, member: String, MappingError)
  /// The layers of a device work at the same time, so single layers have no cost there.
  case pipeline(member: String)
  /// Data cannot get from one device that must run a layer to another.
  case noPlacement

  /// One line: place, rule, remedy.
  public var description: String {
    switch self {
    case .unknownLayer(let layer):
      "placement.\(layer): the network has no such layer; take the names that "
        + "`widthwise simulate` prints"
    case .homeless(let layer, let member, let error):
      "layer \(layer): no device of the platform can run it; on \(member): \(error)"
    case .misplaced(let layer, let member, let error):
      "placement.\(layer): \(member) cannot run it: \(error)"
    case .pipeline(let member):
      "devices.\(member): the layers of a pipeline work at the same time and cannot be placed one "
        + "by one; take a device of another family"
    case .noPlacement:
      "placement: no device that needs an image can change its layout; "
        + "give the devices the same layout, or place fewer layers by hand"
    }
  }
}

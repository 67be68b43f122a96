public import Devices
public import Mappings

/// A layer on a device under a mapping, as Timeloop describes them: architecture, problem, mapping.
///
/// What is read: format version 0.4; `!Container`, `!Component` and `!Parallel` nodes with `spatial` meshes
/// and `dataspace` constraints; problems over the dimensions C, M (or K), R, S, N, P, Q and G whose
/// projections are a convolution's; `temporal`, `spatial` and `dataspace` (or `datatype`) mapping entries.
///
/// - Model: Timeloop's semantics: the multipliers read every operand for every product; a level keeps what
///   its next tile needs too (sliding windows); padding is part of the input; there are no energies, which
///   Timeloop takes from Accelergy.
/// - Source: github.com/NVlabs/timeloop.
public struct TimeloopModel: Sendable {
  /// The device that the architecture describes.
  public var device: Device
  /// The layer that the problem describes.
  public var work: LayerWork
  /// The mapping.
  public var mapping: Mapping

  /// Reads the three files.
  ///
  /// - Throws: all problems of the first file that has some, each with line, rule and remedy.
  public init(
    architecture: String, problem: String, mapping: String
  ) throws(YAMLError) {
    let architecture = try TimeloopArchitecture(path: architecture)
    let problem = try TimeloopProblem(path: problem)
    let nest = try TimeloopNest(path: mapping, architecture, problem)
    device = architecture.device(keeping: nest.kept)
    work = problem.work(elementBits: architecture.elementBits)
    self.mapping = nest.mapping
  }
}

internal import CKernels
internal import Synchronization

/// The weights of a layer once more, as the kernels that go product by product read them.
///
/// They take twice the memory of the weights, so they are laid out when a layer is first seen to step often; until
/// then it steps with the weights that it has, slower and with the same results.
final class StepWeights: Sendable {
  /// Above this share of stepped blocks they are laid out.
  static let worthwhileShare = 0.02

  private let layout: Int
  private let shift: Int
  private let groups: Int
  private let panels: Int
  private let depth: Int
  private let laidOut = Mutex(AlignedArray<Int16>(repeating: 0, count: 0))

  /// None yet.
  ///
  /// - Parameters:
  ///   - layout: one of `WW_STEP_...`.
  ///   - shift: how far the weights of `WW_STEP_SCALED` are shifted.
  init(layout: Int, shift: Int, groups: Int, panels: Int, depth: Int) {
    self.layout = layout
    self.shift = shift
    self.groups = groups
    self.panels = panels
    self.depth = depth
  }

  /// Those of one group.
  var countPerGroup: Int { (panels + 1) / 2 * 2 * 16 * depth }

  /// What was laid out; empty as long as nothing was.
  var ready: AlignedArray<Int16> { laidOut.withLock { $0 } }

  /// Lays them out, if they are not yet and the layout needs them.
  ///
  /// - Parameter weights: the panels of all groups, [groups][panels][depth / 4][16][4].
  func prepare(_ weights: AlignedArray<Int8>) {
    guard layout != Int(WW_STEP_PLAIN) else { return }
    laidOut.withLock { step in
      guard step.isEmpty else { return }
      let all = AlignedArray<Int16>(repeating: 0, count: groups * countPerGroup)
      for group in 0..<groups {
        for panel in 0..<panels {
          fill(all, weights, group: group, panel: panel)
        }
      }
      step = all
    }
  }

  private func fill(
    _ step: AlignedArray<Int16>, _ weights: AlignedArray<Int8>, group: Int, panel: Int
  ) {
    let isScaled = layout == Int(WW_STEP_SCALED)
    let source = (group * panels + panel) * 16 * depth
    for k in 0..<depth {
      for lane in 0..<16 {
        let weight = Int16(weights[source + k / 4 * 64 + lane * 4 + k % 4])
        let place =
          isScaled
          ? panel * 16 * depth + k / 2 * 32 + 2 * lane + k % 2
          : panel / 2 * 32 * depth + k * 32 + panel % 2 * 16 + lane
        step[group * countPerGroup + place] = isScaled ? weight << shift : weight
      }
    }
  }
}

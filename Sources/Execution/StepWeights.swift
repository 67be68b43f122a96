internal import CKernels
internal import Synchronization

/// The weights of a layer once more, as the kernels that go product by product read them.
///
/// They take three times the memory of the weights, so they are laid out when a layer is first seen to step often; until
/// then it steps with the weights that it has, slower and with the same results.
final class StepWeights: Sendable {
  /// Above this share of blocks that are added again they are laid out.
  static let worthwhileShare = 0.02

  private let layout: Int
  private let shift: Int
  private let groups: Int
  private let panels: Int
  private let depth: Int
  private let laidOut = Mutex(Layouts?.none)

  /// What was laid out of all groups.
  struct Layouts: Sendable {
    /// As the layout says; empty for `WW_STEP_PLAIN`.
    let steps: AlignedArray<Int16>
    /// [groups][panels * 16][depth]: those of a channel next to each other.
    let channels: AlignedArray<Int8>
    fileprivate let groups: Int

    /// Has the kernel read those of one group, for as long as this lives.
    func read(group: Int, into narrow: inout ww_narrow) {
      narrow.stepWeights = steps.withUnsafeBufferPointer {
        $0.baseAddress.map { $0 + group * (steps.count / groups) }
      }
      narrow.channelWeights = channels.withUnsafeBufferPointer {
        $0.baseAddress.map { $0 + group * (channels.count / groups) }
      }
    }
  }

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

  /// `Layouts.steps` of one group.
  private var countPerGroup: Int { (panels + 1) / 2 * 2 * 16 * depth }

  /// What was laid out; nil as long as nothing was.
  var ready: Layouts? { laidOut.withLock { $0 } }

  /// Lays them out, if they are not yet.
  ///
  /// - Parameter weights: the panels of all groups, [groups][panels][depth / 4][16][4].
  func prepare(_ weights: AlignedArray<Int8>) {
    laidOut.withLock { layouts in
      guard layouts == nil else { return }
      let isPlain = layout == Int(WW_STEP_PLAIN)
      let steps = AlignedArray<Int16>(repeating: 0, count: isPlain ? 0 : groups * countPerGroup)
      let channels = AlignedArray<Int8>(repeating: 0, count: groups * panels * 16 * depth)
      for group in 0..<groups {
        for panel in 0..<panels {
          if !isPlain { fill(steps, weights, group: group, panel: panel) }
          fill(channels, weights, from: (group * panels + panel) * 16 * depth)
        }
      }
      layouts = Layouts(steps: steps, channels: channels, groups: groups)
    }
  }

  /// The panel that starts at `first`.
  private func fill(_ channels: AlignedArray<Int8>, _ weights: AlignedArray<Int8>, from first: Int) {
    for lane in 0..<16 {
      for k in 0..<depth {
        channels[first + lane * depth + k] = weights[first + k / 4 * 64 + lane * 4 + k % 4]
      }
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

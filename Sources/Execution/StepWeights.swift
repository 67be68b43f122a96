internal import CKernels
internal import Synchronization

/// The weights of a layer once more, as the kernels that go product by product read them.
///
/// Those of single channels take once the memory of the weights, those for stepping twice, so each are laid out when a
/// layer is first seen to need them; until then the weights that it has serve, slower and with the same results.
final class StepWeights: Sendable {
  /// Above this share of blocks that are added again the weights of channels are laid out.
  private static let channelShare = 0.001
  /// The same for the weights for stepping.
  private static let stepShare = 0.02

  private let layout: Int
  private let shift: Int
  private let groups: Int
  private let panels: Int
  private let depth: Int
  private let laidOut: Mutex<Layouts>

  /// What was laid out of all groups, nil as long as it was not.
  struct Layouts: Sendable {
    /// As the layout says; not for `WW_STEP_PLAIN`.
    fileprivate(set) var steps: AlignedArray<Int16>?
    /// [groups][panels * 16][depth]: those of a channel next to each other.
    fileprivate(set) var channels: AlignedArray<Int8>?
    fileprivate let groups: Int

    /// Has the kernel read those of one group, for as long as this lives.
    func read(group: Int, into narrow: inout ww_narrow) {
      narrow.stepWeights = steps.flatMap { Self.start($0, group: group, of: groups) }
      narrow.channelWeights = channels.flatMap { Self.start($0, group: group, of: groups) }
    }

    private static func start<Weight>(
      _ weights: AlignedArray<Weight>, group: Int, of groups: Int
    ) -> UnsafePointer<Weight>? {
      weights.withUnsafeBufferPointer {
        $0.baseAddress.map { $0 + group * (weights.count / groups) }
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
    laidOut = Mutex(Layouts(groups: groups))
  }

  /// `Layouts.steps` of one group.
  private var countPerGroup: Int { (panels + 1) / 2 * 2 * 16 * depth }

  /// What was laid out.
  var ready: Layouts { laidOut.withLock { $0 } }

  /// Lays out what pays and is not yet.
  ///
  /// - Parameters:
  ///   - weights: the panels of all groups, [groups][panels][depth / 4][16][4].
  ///   - share: of the blocks, those that were added again.
  func prepare(_ weights: AlignedArray<Int8>, share: Double) {
    guard share > Self.channelShare else { return }
    laidOut.withLock { layouts in
      if layouts.channels == nil {
        let channels = AlignedArray<Int8>(repeating: 0, count: groups * panels * 16 * depth)
        for panel in 0..<groups * panels { fill(channels, weights, from: panel * 16 * depth) }
        layouts.channels = channels
      }
      if layouts.steps == nil && share > Self.stepShare && layout != Int(WW_STEP_PLAIN) {
        let steps = AlignedArray<Int16>(repeating: 0, count: groups * countPerGroup)
        for group in 0..<groups {
          for panel in 0..<panels { fill(steps, weights, group: group, panel: panel) }
        }
        layouts.steps = steps
      }
    }
  }

  /// The panel that starts at `first`.
  private func fill(_ channels: AlignedArray<Int8>, _ weights: AlignedArray<Int8>, from first: Int)
  {
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

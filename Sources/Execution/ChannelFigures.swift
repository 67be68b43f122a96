internal import Arithmetic
internal import CKernels
internal import Networks

/// What happened in the channels of a layer on bytes, for one thread.
struct ChannelFigures {
  /// The range of the exact final sums of each channel, filled up to a block.
  private var lowest: [Int32]
  private var highest: [Int32]
  /// Five counts of each channel, one after the other.
  private var counts: [Int64]
  private var first = Int32.max

  /// No output yet of channels filled up for the kernels.
  init(filled: Int) {
    lowest = [Int32](repeating: .max, count: filled)
    highest = [Int32](repeating: .min, count: filled)
    counts = [Int64](repeating: 0, count: 5 * filled)
  }

  /// The ranges of the final sums, to be widened.
  mutating func withRanges(
    _ body: (_ lowest: UnsafeMutablePointer<Int32>, _ highest: UnsafeMutablePointer<Int32>) -> Void
  ) {
    withPointers { figures in
      if let lowest = figures.lowest, let highest = figures.highest { body(lowest, highest) }
    }
  }

  /// The figures as the kernels take them.
  mutating func withPointers(_ body: (inout ww_depthwise_figures) -> Void) {
    let filled = lowest.count
    let known = first
    first = lowest.withUnsafeMutableBufferPointer { lowest in
      highest.withUnsafeMutableBufferPointer { highest in
        counts.withUnsafeMutableBufferPointer { counts in
          guard let start = counts.baseAddress else { return known }
          var figures = ww_depthwise_figures(
            lowest: lowest.baseAddress, highest: highest.baseAddress, events: start,
            biasEvents: start + filled, touched: start + 2 * filled,
            persistent: start + 3 * filled, netWraps: start + 4 * filled, first: known)
          body(&figures)
          return figures.first
        }
      }
    }
  }

  /// Adds the figures of all outputs of a sample to the layer's.
  ///
  /// Outputs of which some prefix left the range count as stepped, whatever the kernels did at once with
  /// others; so the figures are the same on every machine and for any tiles.
  func record(_ plan: LinearPlan, in overflow: inout LayerOverflow) {
    let filled = lowest.count
    let outputs = plan.outputsPerChannel
    let accumulator = plan.arithmetic.accumulator
    var paths = overflow.paths
    overflow.channels.withUnsafeMutableBufferPointer { channels in
      for channel in 0..<plan.linear.outputChannels {
        func count(_ index: Int) -> Int { Int(counts[index * filled + channel]) }
        channels[channel].observe(lowest: lowest[channel], highest: highest[channel])
        channels[channel].steps += plan.stepsPerChannel
        channels[channel].outputs += outputs
        // The counts of a channel that cannot leave the range are 0.
        if accumulator.holds(plan.bounds.channels[channel]) {
          paths.proved += outputs
          continue
        }
        channels[channel].overflowedSteps += count(0)
        channels[channel].overflowedBiasSteps += count(1)
        channels[channel].overflowedOutputs += count(2)
        channels[channel].persistentOutputs += count(3)
        channels[channel].netWraps += count(4)
        paths.tracked += outputs - count(2)
        paths.stepped += count(2)
      }
    }
    overflow.paths = paths
    if first != .max {
      let step = plan.layout.stepNumbers?[Int(first)] ?? Int(first)
      overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? .max, step)
    }
  }
}

extension ChannelOverflow {
  /// Widens what was observed.
  @inline(__always)
  mutating func observe(lowest: Int32, highest: Int32) {
    if let observed, observed.lowest <= Int(lowest), Int(highest) <= observed.highest { return }
    let seen = AccumulatorBound(lowest: Int(lowest), highest: Int(highest))
    observed = observed?.union(seen) ?? seen
  }
}

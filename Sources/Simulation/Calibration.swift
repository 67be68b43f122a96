internal import Execution
internal import Networks
internal import Quantization
internal import Statistics
internal import Tensors

/// A float network and what calibration samples showed of it.
struct Calibration: Sendable {
  /// The network: the workload's, or that with equalized channels.
  let network: VerifiedNetwork
  /// The histogram of each value, without counts unless distributions were asked for; empty when nothing was
  /// calibrated.
  var histograms: [Histogram?] = []
  /// What was observed beside ranges.
  var detail: CalibrationDetail = []
  /// The mean of each channel of each value; empty unless asked for.
  var channelMeans: [[Double]] = []
  /// What windows of each layer of products saw; empty unless asked for.
  var patches: [WindowPatches?] = []

  /// What was seen of the cells of LSTM layers.
  var cells = CellMagnitudes()

  /// A network that nothing was observed of.
  init(_ network: VerifiedNetwork) { self.network = network }

  /// A pass over the calibration samples for exact ranges, and a second one for what else is asked for, such as
  /// histograms over those ranges.
  init(
    _ executor: FloatExecutor, _ samples: SampleSet, detail: CalibrationDetail, threads: Int,
    progress: SimulationProgress.Handler?
  ) async {
    network = executor.network
    self.detail = detail
    let values = network.shapes.count
    let total = (detail.isEmpty ? 1 : 2) * samples.count
    let report = Simulator.stage("calibrating", of: total, progress)
    let first = await ParallelSamples.map(
      count: samples.count, threads: threads, progress: report
    ) { chunk in
      var ranges = [ValueRange](repeating: ValueRange(), count: values)
      var cells = CellMagnitudes()
      for sample in chunk {
        _ = executor.output(
          samples.values(sample), visit: { ranges[$0].add($1) },
          visitCell: { cells.add($1, ofLayer: $0) })
      }
      return (ranges: ranges, cells: cells)
    }
    var ranges = [ValueRange](repeating: ValueRange(), count: values)
    for part in first {
      for value in ranges.indices { ranges[value].merge(part.ranges[value]) }
      cells.merge(part.cells)
    }
    let empty = ValueObservers(network, ranges, detail: detail, samples: samples.count)
    guard !detail.isEmpty else {
      histograms = empty.histograms
      return
    }
    let later: (@Sendable (Int) -> Void)? = report.map { report in
      { @Sendable done in report(samples.count + done) }
    }
    let seen = await ParallelSamples.map(count: samples.count, threads: threads, progress: later) {
      chunk in
      var observers = empty
      for sample in chunk {
        _ = executor.output(samples.values(sample)) { observers.add($1, value: $0, sample: sample) }
      }
      return observers
    }.reduce(into: empty) { $0.merge($1) }
    histograms = seen.histograms
    channelMeans = seen.means.map(\.means)
    patches = seen.patches
  }
}

/// What the second pass keeps of the values of a network.
struct ValueObservers: Sendable {
  /// The histogram of each value; without counts unless asked for.
  private(set) var histograms: [Histogram]
  private let countsBins: Bool
  /// The sums of each channel of each value; empty unless asked for.
  private(set) var means: [ChannelMeans] = []
  /// What windows of each layer saw; empty unless asked for.
  private(set) var patches: [WindowPatches?] = []
  /// The layers that read each value first, where their windows are kept.
  private var readers: [[Int]] = []
  private let windows: Int

  /// Nothing seen yet of values with known ranges.
  init(
    _ network: VerifiedNetwork, _ ranges: [ValueRange], detail: CalibrationDetail, samples: Int
  ) {
    histograms = ranges.map { $0.histogram(bins: Calibrator.bins) }
    countsBins = detail.contains(.distributions)
    windows = (WindowPatches.count + samples - 1) / max(samples, 1)
    if detail.contains(.channelMeans) {
      means = zip(network.shapes, ranges).map { shape, range in
        ChannelMeans(
          channels: shape.rank == 4 ? shape[1] : shape.extents.last ?? 1,
          count: shape.count * samples, range: range.withZero)
      }
    }
    if detail.contains(.patches) {
      readers = [[Int]](repeating: [], count: network.shapes.count)
      for (index, layer) in network.network.layers.enumerated() {
        let source = layer.inputs.first ?? 0
        let patch = WindowPatches(layer, input: network.shapes[source])
        patches.append(patch)
        if patch != nil { readers[source].append(index) }
      }
    }
  }

  /// Takes in a value of one sample, in storage order.
  mutating func add(_ numbers: [Float], value: Int, sample: Int) {
    if countsBins { histograms[value].add(numbers) }
    if !means.isEmpty { means[value].add(numbers) }
    guard !readers.isEmpty else { return }
    for layer in readers[value] {
      guard let places = patches[layer]?.places, places > 0 else { continue }
      // Places depend on the sample alone, not on the thread that has it.
      var random = RandomSource(seed: UInt64(sample) &* 1_000_003 &+ UInt64(layer))
      patches[layer]?.add(numbers, places: (0..<windows).map { _ in random.index(below: places) })
    }
  }

  /// Takes in what another saw of later samples.
  mutating func merge(_ other: ValueObservers) {
    if countsBins {
      for value in histograms.indices { histograms[value].merge(other.histograms[value]) }
    }
    for value in means.indices { means[value].merge(other.means[value]) }
    for layer in patches.indices {
      if let more = other.patches[layer] { patches[layer]?.merge(more) }
    }
  }
}

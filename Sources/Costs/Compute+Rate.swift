import Devices
import Mappings

extension Compute {
  /// The multiply-accumulates a cycle and unit of a layer: the peak, unless its sums are too short.
  ///
  /// - Model: a unit that adds up m products at a time takes them from one output, so that K products
  ///   take ceil(K / m) steps. What the loops in space take of the reduction, they leave less of to
  ///   each unit.
  func rate(of work: LayerWork, peak: Double) -> Double {
    let widths = work.widths
    let factor = precision.products(
      weights: widths.multipliedWeights(on: self),
      activations: widths.multipliedInputs(on: self))
    let step: Double
    switch precision {
    case .table, .dspPacking: return peak
    case .bitSerialActivations, .bitSerialBoth: step = peak / factor
    case .bitFusion, .popcount, .lookupTable: step = peak
    }
    guard step > 1, work.kind == .products else { return peak }
    let reducing = [LoopAxis.inputChannels, .kernelRows, .kernelColumns]
    let reduction = reducing.reduce(1) { $0 * max(work.bounds[$1], 1) }
    var spread = 1
    for (axes, units) in [(rowAxes, rows), (columnAxes, columns), (laneAxes, lanes)] {
      let extent = axes.filter(reducing.contains).reduce(1) { $0 * max(work.bounds[$1], 1) }
      spread *= min(units, extent)
    }
    let own = Double((reduction + spread - 1) / spread)
    return own / (own / step).rounded(.up) * (peak / step)
  }
}

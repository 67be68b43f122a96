import Devices
import Mappings

/// The cycles of the busiest core.
///
/// - Model: an iteration of the inner loop takes as long as the busiest of its issue slots, its loads and
///   its vector multiplications; everything else is issue slots. Tiles run over the positions of an
///   image across the ends of its rows. Latencies, branches and bank conflicts are in the sustained rate.
/// - Validity: kernels whose inner loop is unrolled or a hardware loop, in-order cores; what a
///   core of higher order hides is overstated.
extension ProcessorSchedule {
  /// The cycles of the inner loops, and the instructions around them.
  func busiest(_ processor: VectorProcessor) -> (inner: Double, around: Double) {
    let bounds = work.bounds
    let channels = share(channelAxis)
    let pixels = bounds.batch * share(.outputRows) * share(.outputColumns)
    let groups = isDepthwise ? 1 : bounds.groups
    let taps = bounds.kernelRows * bounds.kernelColumns
    let (m, n) = (kernel.channels, kernel.pixels)
    var inner = 0.0
    if kernel.isPadded {
      let tiles = ((channels + m - 1) / m) * ((pixels + n - 1) / n)
      inner = Double(tiles) * cycles(m, n, processor)
    } else {
      let tiles = (channels / m) * (pixels / n)
      let single = channels * pixels - tiles * m * n
      inner = Double(tiles) * cycles(m, n, processor)
      if single > 0 { inner += Double(single) * cycles(1, 1, processor) }
    }
    let outputs = groups * channels * pixels
    let copied = isDepthwise ? outputs * taps : groups * pixels * depth
    let around =
      Double(outputs) * kernel.output + Double(pixels) * kernel.pixel
      + Double(groups * pixels * taps) * kernel.tap + Double(copied) * kernel.copy
    return (Double(groups) * inner, around)
  }

  /// The cycles of the inner loop of a tile of outputs.
  private func cycles(_ channels: Int, _ pixels: Int, _ processor: VectorProcessor) -> Double {
    let (whole, rest) = depth.quotientAndRemainder(dividingBy: kernel.unroll)
    let iteration = iteration(channels, pixels, processor)
    if kernel.isPadded { return Double(rest > 0 ? whole + 1 : whole) * iteration }
    let inputs = isDepthwise ? channels * pixels : pixels
    let loads = Double(channels + inputs)
    let products = Double(channels * pixels)
    let single = max(
      (products + loads + kernel.loop) / processor.instructionsPerCycle,
      loads / processor.loadsPerCycle, products / throughput.macsPerCycle)
    return Double(whole) * iteration + Double(rest) * single
  }

  private func iteration(_ channels: Int, _ pixels: Int, _ processor: VectorProcessor) -> Double {
    let inputRows = isDepthwise ? channels * pixels : pixels
    let weights = loads(
      channels, of: .weights, bits: throughput.weightBits, processor.loadBits)
    let inputs = loads(
      inputRows, of: .inputs, bits: kernel.inputBits ?? throughput.activationBits,
      processor.loadBits)
    let multiplies = Double(channels * pixels * kernel.unroll) / throughput.macsPerCycle
    let slots =
      multiplies + weights * (1 + kernel.weightLoad) + inputs * (1 + kernel.inputLoad) + kernel.loop
    return max(
      slots / processor.instructionsPerCycle, (weights + inputs) / processor.loadsPerCycle,
      multiplies)
  }

  /// The loads of one iteration of some rows of an operand.
  private func loads(_ rows: Int, of operand: Operand, bits: Int, _ loadBits: Int) -> Double {
    let isPacked = isDepthwise || kernel.packed.contains(operand)
    let (row, rows) = isPacked ? (rows * kernel.unroll, 1) : (kernel.unroll, rows)
    return Double(rows * ((row * bits + loadBits - 1) / loadBits))
  }
}

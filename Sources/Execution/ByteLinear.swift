internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// A layer of products on bytes: weights in panels of 16 channels, and what the narrow accumulator needs.
///
/// Inputs are codes less the lowest one of their format. Groups of channels have panels of their own.
struct ByteLinear: Sendable {
  /// How the inputs of outputs become rows of columns.
  let columns: ByteColumns
  /// The products of one output, filled up to `WW_DEPTH_UNIT`.
  let depth: Int
  /// The output channels and the panels of a group.
  let channels: Int
  let panels: Int
  let groups: Int
  /// Weights [groups * panels][depth / 4][16][4].
  let weights: AlignedArray<Int8>
  /// The products of an output without most of those that fill up the depth.
  let used: Int
  /// What sums of `input * weight` start with: the bias less the share of the zero point.
  let start: [Int32]
  /// Nil when no prefix of any channel can leave the range.
  let narrow: NarrowForm?
  /// Whether no prefix of any channel of a panel can.
  let isProved: [Bool]
  /// Nil when codes come from `LinearPlan.code`.
  let requantize: RequantizeKernel?

  /// The most products of an output: the norms of its inputs and weights then multiply to less than 2^31.
  private static let mostProducts = 1 << 16

  /// The form of a layer; nil where operands are no bytes or the accumulator is of another kind.
  init?(_ plan: LinearPlan) {
    let linear = plan.linear
    let operands = plan.operands
    let codes = plan.input.codes
    guard !plan.isDepthwise, plan.depth <= Self.mostProducts, plan.fits32, !plan.layout.isGeneral,
      plan.arithmetic.isPlain,
      plan.scaling.keepsProducts, codes.count <= 256,
      operands.weights.allSatisfy({ (-128...127).contains($0) })
    else { return nil }
    let zero = operands.zero - codes.lowerBound
    let proved = plan.blocks.map(\.isProved)
    let isNarrow = proved.contains(false)
    let accumulator = plan.arithmetic.accumulator
    guard
      !isNarrow
        || (accumulator.bits <= 29 && Int(WW_DEPTH_UNIT) % plan.arithmetic.lanes == 0)
    else { return nil }
    groups = linear.groups
    channels = linear.outputChannels / groups
    panels = (channels + 15) / 16
    isProved = proved
    let unit = Int(WW_DEPTH_UNIT)
    depth = (plan.depth + unit - 1) / unit * unit
    used = (plan.depth + 3) / 4 * 4
    columns = ByteColumns(plan, depth: depth)
    let weights = AlignedArray<Int8>(repeating: 0, count: groups * panels * 16 * depth)
    var start = [Int32](repeating: 0, count: groups * panels * 16)
    for channel in 0..<linear.outputChannels {
      let row = channel / channels * panels * 16 + channel % channels
      let panel = row / 16 * 16 * depth
      let own = channel * linear.depth
      var sum = 0
      for (k, place) in plan.layout.places.enumerated() where place >= 0 {
        let weight = operands.weights[own + place]
        weights[panel + k / 4 * 64 + row % 16 * 4 + k % 4] = Int8(weight)
        sum += Int(weight)
      }
      start[row] = Int32(truncatingIfNeeded: plan.scaling.bias[channel] - zero * sum)
    }
    self.weights = weights
    self.start = start
    narrow =
      isNarrow ? NarrowForm(plan, weights: weights, depth: depth, panels: panels, zero: zero) : nil
    requantize = RequantizeKernel(plan)
  }

  /// Calls `body` with the products of one tile of one group, what their sums start with, and the counts and the
  /// extremes of its figures.
  ///
  /// - Parameter stride: the bytes from a row of operands to the next.
  func withProducts(
    _ operands: UnsafePointer<UInt8>, stride: Int, group: Int, rows: Int,
    _ figures: inout ByteFigures,
    _ body: (
      inout ww_products, UnsafePointer<Int32>, UnsafeMutablePointer<Int64>,
      UnsafeMutablePointer<Int32>
    ) -> Void
  ) {
    let width = panels * 16
    weights.withUnsafeBufferPointer { weights in
      start.withUnsafeBufferPointer { starts in
        figures.counts.withUnsafeMutableBufferPointer { counts in
          figures.extremes.withUnsafeMutableBufferPointer { extremes in
            guard let weights = weights.baseAddress, let starts = starts.baseAddress,
              let counts = counts.baseAddress, let extremes = extremes.baseAddress
            else { return }
            var products = ww_products(
              x: operands, rowStride: Int64(stride), w: weights + group * width * depth,
              panelStride: Int64(16 * depth), rows: Int64(rows), depth: Int64(depth),
              panels: Int32(panels), used: Int64(used))
            body(&products, starts + group * width, counts, extremes)
          }
        }
      }
    }
  }
}

/// Where the inputs of outputs lie.
struct ByteColumns: Sendable {
  /// Whether a row of the input is a row of columns as it is.
  let isDirect: Bool
  /// Copies an input into an image with a border; nil when the input has all that windows touch.
  let border: PatchReader<UInt8>?
  /// The byte of the border.
  let borderByte: UInt8
  let offsets: [Int32]
  let runBytes: Int
  let strideY: Int
  let strideX: Int
  /// The pixels of windows, where norms can be taken of pixels.
  let windows: ByteWindows?

  init(_ plan: LinearPlan, depth: Int) {
    let linear = plan.linear
    let window = linear.window
    let channels = linear.inputChannels
    let perGroup = channels / linear.groups
    let reader = PatchReader<UInt8>(
      window: window, channels: channels, outputChannels: linear.outputChannels,
      groups: linear.groups, depth: depth)
    let isWhole =
      window.padTop == 0 && window.padLeft == 0 && window.upsampleX == 1 && window.upsampleY == 1
      && reader.rows <= window.height && reader.columns <= window.width
    border = isWhole ? nil : reader
    borderByte = UInt8(
      truncatingIfNeeded: plan.operands.border + plan.operands.zero - plan.input.codes.lowerBound)
    let pitch = isWhole ? window.width : reader.columns
    let area = window.kernelHeight * window.kernelWidth
    isDirect =
      isWhole && area == 1 && linear.groups == 1 && window.strideX == 1 && window.strideY == 1
      && window.outputWidth == window.width && plan.layout.isIdentity
    windows = ByteWindows(
      linear, pitch: pitch, lines: isWhole ? window.height : reader.rows, depth: depth)
    strideY = window.strideY * pitch * channels
    strideX = window.strideX * channels
    let taps = (0..<area).map { tap in
      (tap / window.kernelWidth * window.dilationY * pitch
        + tap % window.kernelWidth * window.dilationX) * channels
    }
    if !plan.layout.isIdentity {
      // A filling product has a weight of zero: any input will do.
      offsets = plan.layout.places.map { place in
        place < 0 ? 0 : Int32(taps[place / perGroup] + place % perGroup)
      }
      runBytes = 1
    } else if perGroup == channels && window.dilationX == 1 {
      offsets = (0..<window.kernelHeight).map { Int32(taps[$0 * window.kernelWidth]) }
      runBytes = window.kernelWidth * channels
    } else {
      offsets = taps.map(Int32.init)
      runBytes = perGroup
    }
  }
}

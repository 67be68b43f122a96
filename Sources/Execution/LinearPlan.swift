internal import Arithmetic
internal import Networks
internal import Tensors

/// A layer of products made ready for the kernels: packed weights, bounds, rescalings.
struct LinearPlan: Sendable {
  /// Sixteen output channels (or fewer) whose sums run side by side.
  struct Block: Sendable {
    /// The first output channel.
    var start: Int
    /// The output channels, 16 at most.
    var channels: Int
    /// The first input channel of the group; unused for depthwise layers.
    var inputStart: Int
    /// The weights [depth][16], zero where there is no channel or no product; empty for layers on bytes.
    var weights: [Int32] = []
    /// The bias of the 16 channels.
    var bias: [Int64]
    /// Whether no prefix of any channel can leave the accumulator's range.
    var isProved: Bool
  }

  let linear: QuantizedLinear
  /// The products in the order of the additions.
  let layout: ProductLayout
  /// The input's codes, decoded to integers where they are none.
  let input: ActivationQuantization
  /// The accumulator; `arithmetic` has an unlimited one in the place of a float.
  let accumulator: Accumulator
  /// The float accumulator of each output channel; empty for integers.
  let floats: [FloatRegister]
  /// The layer addition by addition, where no other kernel takes it.
  let stepped: SteppedForm?
  /// How codes become the integers that are multiplied; nil where they are those.
  let decoding: InputDecoding?
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  /// What products are made of.
  let operands: LinearOperands
  /// How sums become codes.
  let scaling: LinearScaling
  /// The ranges of the sums.
  let bounds: LinearBounds
  /// The products of one output, filled up for the kernels.
  var depth: Int { layout.places.count }
  /// The arithmetic, with the lanes and the tile of the layout.
  var arithmetic: ArithmeticSpec { layout.arithmetic }
  /// Whether each output channel reads one input channel.
  let isDepthwise: Bool
  /// Whether exact sums and narrow additions fit 32 bits.
  let fits32: Bool
  /// The additions of products of one channel over one sample, padding excluded.
  let stepsPerChannel: Int
  /// With two levels or more, the additions to the outer accumulators; tiles of padding excluded.
  let outerStepsPerChannel: Int
  /// How often the partial sum of an output passes through a narrower memory.
  let spillsPerOutput: Int
  private(set) var blocks: [Block]
  /// The layer on bytes; nil where prefixes are observed or operands are no bytes.
  private(set) var bytes: ByteForm?

  /// Prepares a layer.
  ///
  /// - Parameters:
  ///   - order: the order of the additions that a mapping implies, in place of the stated one.
  ///   - observesPrefixes: whether every prefix is watched rather than those that matter.
  init(
    layer: String, linear: QuantizedLinear, arithmetic stated: ArithmeticSpec,
    order: ReductionOrder? = nil, input: ActivationQuantization, output: ActivationQuantization,
    clamp: ClosedRange<Int>,
    isFullyConnected: Bool, observesPrefixes: Bool = true
  ) throws(ExecutionError) {
    let lanes = stated.lanes
    if order == nil, let tile = stated.outer?.tile, tile % lanes != 0 {
      throw ExecutionError(layer: layer, reason: .tileNotOfLanes(tile: tile, lanes: lanes))
    }
    if let order, let problem = ProductLayout.problem(of: order, for: linear) {
      throw ExecutionError(layer: layer, reason: .unsupported(problem))
    }
    self.linear = linear
    let decoding = try InputDecoding(input, layer: layer)
    let floats = try SteppedForm.floats(
      layer: layer, linear: linear, arithmetic: stated, order: order, input: input)
    self.accumulator = stated.accumulator
    self.floats = floats
    let input = decoding?.quantization ?? input
    var stated = stated
    if decoding != nil || !floats.isEmpty { stated.zeroPoint = .subtracted }
    if !floats.isEmpty { stated.accumulator = .unlimited }
    let layout = ProductLayout(linear, stated, order: order)
    let arithmetic = layout.arithmetic
    self.layout = layout
    self.input = input
    self.decoding = decoding
    self.output = output
    self.clamp = clamp
    let operands = LinearOperands(
      linear, input: input, handling: arithmetic.zeroPoint, decoded: decoding?.range)
    let scaling = try LinearScaling(
      layer: layer, linear: linear, arithmetic: arithmetic, input: input, output: output,
      isFullyConnected: isFullyConnected)
    let bounds = try LinearBounds(
      layer: layer, linear: linear, layout: layout, operands: operands, scaling: scaling)
    self.operands = operands
    self.scaling = scaling
    self.bounds = bounds
    isDepthwise = linear.groups > 1 && linear.groups == linear.inputChannels
    fits32 = !layout.isGeneral && Self.fits32(arithmetic, operands, scaling, bounds)
    let steps = Self.steps(
      linear, layout.sequence, multipliesBorder: operands.multipliesBorder)
    spillsPerOutput = layout.sequence.spills.reduce(0, +)
    stepsPerChannel = steps.inner
    outerStepsPerChannel = steps.outer
    let accumulator = arithmetic.accumulator
    let outer = arithmetic.outer?.accumulator ?? .unlimited
    let blocks = Self.blocks(linear, bias: scaling.bias, isDepthwise: isDepthwise) { channel in
      let sum = bounds.outer.isEmpty ? bounds.channels[channel] : bounds.outer[channel]
      return accumulator.holds(bounds.channels[channel]) && outer.holds(sum)
        && layout.sequence.storages.allSatisfy { $0.holds(sum) }
        && (layout.sequence.registers < 3 || accumulator.holds(sum))
    }
    self.blocks = blocks
    stepped = try SteppedForm(
      layer: layer, linear: linear, layout: layout, blocks: blocks, operands: operands,
      bounds: bounds, floats: floats, isWide: decoding?.words.isEmpty ?? false)
    guard stepped == nil else { return }
    if !observesPrefixes { bytes = ByteForm(self) }
    if bytes == nil { self.blocks = Self.packed(blocks, linear, layout.places, operands) }
  }

  /// A layer without samples.
  func emptyOverflow(observesPrefixes: Bool) -> LayerOverflow {
    var overflow = LayerOverflow(
      accumulator: accumulator, dataTypeBound: bounds.dataType,
      observesPrefixes: observesPrefixes,
      channels: bounds.channels.map { ChannelOverflow(bound: $0) })
    overflow.outer = arithmetic.outer
    for (channel, bound) in bounds.outer.enumerated() {
      overflow.channels[channel].outerBound = bound
    }
    return overflow
  }

  /// The outputs of one channel over one sample.
  var outputsPerChannel: Int { linear.window.outputHeight * linear.window.outputWidth }

  /// The register that holds the bias and, at the end, the sum.
  var lastAccumulator: Accumulator { arithmetic.outer?.accumulator ?? arithmetic.accumulator }

  /// The sum that a final content stands for: less what the zero point of the input added.
  ///
  /// The correction is no narrow addition; in a register that wraps it is made modulo `2^P`, as int32
  /// arithmetic does, which gives what products of `x - z` give.
  @inline(__always)
  func corrected(_ content: Int, channel: Int) -> Int {
    guard operands.multipliesBorder else { return content }
    let sum = content - operands.corrections[channel]
    let accumulator = lastAccumulator
    return accumulator.overflow == .wrap ? accumulator.stored(sum) : sum
  }
}

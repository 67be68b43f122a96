import Devices
import Mappings

/// Where the elements of a layer's tensors lie.
struct TensorLayout: Sendable {
  private let bounds: LoopBounds
  private let widths: OperandWidths
  /// The first bits of the tensors.
  let bases: PerOperand<Int>
  /// The first bit of the biases.
  let biases: Int

  init(_ work: LayerWork, alignment: Int) {
    bounds = work.bounds
    widths = work.widths
    func aligned(_ bits: Int) -> Int {
      (bits + alignment * 8 - 1) / (alignment * 8) * alignment * 8
    }
    let inputs =
      bounds.batch * bounds.groups * bounds.inputChannels * bounds.inputHeight * bounds.inputWidth
      * work.inputCount
    let weights = aligned(inputs * widths.inputs)
    biases = weights + work.elements(of: .weights) * widths.weights
    bases = PerOperand(
      weights: weights, inputs: 0, outputs: aligned(biases + work.biasCount * widths.bias))
  }

  /// Hands out the runs of one tile; positions of the padding are left out.
  func runs(
    of operand: Operand, _ ranges: [Range<Int>], isWrite: Bool, isFinished: Bool,
    _ body: (AddressRun) -> Void
  ) {
    func range(_ axis: LoopAxis) -> Range<Int> { ranges[axis.index] }
    let dimensions: [(indices: [Range<Int>], extent: Int)]
    let width: Int
    switch operand {
    case .weights:
      width = widths.weights
      dimensions = [
        ([range(.groups)], bounds.groups), ([range(.outputChannels)], bounds.outputChannels),
        ([range(.kernelRows)], bounds.kernelRows),
        ([range(.kernelColumns)], bounds.kernelColumns),
        ([range(.inputChannels)], bounds.inputChannels),
      ]
    case .inputs:
      width = widths.inputs
      let rows = Self.positions(
        range(.outputRows), range(.kernelRows), bounds.strideY, bounds.dilationY, bounds.padTop,
        bounds.inputHeight)
      let columns = Self.positions(
        range(.outputColumns), range(.kernelColumns), bounds.strideX, bounds.dilationX,
        bounds.padLeft, bounds.inputWidth)
      dimensions = [
        ([range(.batch)], bounds.batch), (rows, bounds.inputHeight), (columns, bounds.inputWidth),
        ([range(.groups)], bounds.groups), ([range(.inputChannels)], bounds.inputChannels),
      ]
    case .outputs:
      width = isFinished ? widths.outputs : widths.partialSums
      dimensions = [
        ([range(.batch)], bounds.batch), ([range(.outputRows)], bounds.outputRows),
        ([range(.outputColumns)], bounds.outputColumns), ([range(.groups)], bounds.groups),
        ([range(.outputChannels)], bounds.outputChannels),
      ]
    }
    let first = bases[operand]
    var pending: AddressRun?
    Self.spans(dimensions[...], base: 0) { index, count in
      let bit = first + index * width
      if var run = pending, run.firstBit + run.bits == bit {
        run.bits += count * width
        pending = run
      } else {
        if let run = pending { body(run) }
        pending = AddressRun(
          operand: operand, isWrite: isWrite, firstBit: bit, bits: count * width)
      }
    }
    if let run = pending { body(run) }
  }

  /// The spans of elements that a box of indices covers, in order; inner dimensions that are covered
  /// whole make one span.
  private static func spans(
    _ dimensions: ArraySlice<(indices: [Range<Int>], extent: Int)>, base: Int,
    _ body: (Int, Int) -> Void
  ) {
    guard let dimension = dimensions.first else { return body(base, 1) }
    let inner = dimensions.dropFirst()
    let size = inner.reduce(1) { $0 * $1.extent }
    let isInnerWhole = inner.allSatisfy { $0.indices == [0..<$0.extent] }
    for indices in dimension.indices {
      if isInnerWhole {
        body((base * dimension.extent + indices.lowerBound) * size, indices.count * size)
      } else {
        for index in indices {
          spans(inner, base: base * dimension.extent + index, body)
        }
      }
    }
  }

  /// The positions of an image that a tile of outputs and taps touches, as ascending ranges.
  private static func positions(
    _ outputs: Range<Int>, _ taps: Range<Int>, _ step: Int, _ dilation: Int, _ pad: Int,
    _ extent: Int
  ) -> [Range<Int>] {
    if dilation == 1, step <= taps.count {
      // Windows that touch or overlap leave no gap.
      let first = outputs.lowerBound * step + taps.lowerBound - pad
      let last = (outputs.upperBound - 1) * step + taps.upperBound - pad
      let range = max(first, 0)..<max(min(last, extent), max(first, 0))
      return range.isEmpty ? [] : [range]
    }
    var seen = [Bool](repeating: false, count: extent)
    for output in outputs {
      for tap in taps {
        let position = output * step + tap * dilation - pad
        if seen.indices.contains(position) { seen[position] = true }
      }
    }
    var ranges: [Range<Int>] = []
    for position in seen.indices where seen[position] {
      if let last = ranges.last, last.upperBound == position {
        ranges[ranges.count - 1] = last.lowerBound..<position + 1
      } else {
        ranges.append(position..<position + 1)
      }
    }
    return ranges
  }
}

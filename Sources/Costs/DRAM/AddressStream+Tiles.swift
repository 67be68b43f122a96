import Devices
import Mappings

extension AddressStream {
  /// Hands out the runs of one tile; positions of the padding are left out.
  func runs(
    of operand: Operand, _ ranges: [Range<Int>], isWrite: Bool, isFinished: Bool,
    _ body: (AddressRun) -> Void
  ) {
    let bounds = work.bounds
    func range(_ axis: LoopAxis) -> Range<Int> {
      ranges[LoopAxis.allCases.firstIndex(of: axis) ?? 0]
    }
    let dimensions: [(indices: [Range<Int>], extent: Int)]
    var width: Int
    switch operand {
    case .weights:
      width = work.widths.weights
      dimensions = [
        ([range(.groups)], bounds.groups), ([range(.outputChannels)], bounds.outputChannels),
        ([range(.kernelRows)], bounds.kernelRows),
        ([range(.kernelColumns)], bounds.kernelColumns),
        ([range(.inputChannels)], bounds.inputChannels),
      ]
    case .inputs:
      width = work.widths.inputs
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
      width = isFinished ? work.widths.outputs : work.widths.partialSums
      dimensions = [
        ([range(.batch)], bounds.batch), ([range(.outputRows)], bounds.outputRows),
        ([range(.outputColumns)], bounds.outputColumns), ([range(.groups)], bounds.groups),
        ([range(.outputChannels)], bounds.outputChannels),
      ]
    }
    var pending: AddressRun?
    Self.spans(dimensions[...], base: 0) { first, count in
      let bit = base(of: operand) + first * width
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

internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

/// The figures of the channels of one group of a layer on bytes.
struct ByteFigures {
  /// Five counts for each channel: events, events of the bias, touched, persistent outputs, net wraps;
  /// two for each panel: outputs redone and stepped.
  var counts: [Int64] = []
  /// The extremes of the exact final sums.
  var extremes: [Int32] = []

  mutating func reset(panels: Int) {
    let channels = 16 * panels
    if counts.count < 5 * channels + 2 * panels || extremes.count < 2 * channels {
      counts = [Int64](repeating: 0, count: 5 * channels + 2 * panels)
      extremes = [Int32](repeating: 0, count: 2 * channels)
    }
    for index in 0..<5 * channels + 2 * panels { counts[index] = 0 }
    for index in 0..<channels {
      extremes[index] = .max
      extremes[channels + index] = .min
    }
  }
}

extension LinearPlan {
  /// Bytes that kernels may read or write beyond their operands.
  static let slack = 64

  /// Computes one sample of bytes.
  ///
  /// - Shapes: codes [height, width, inputChannels], readable for `slack` bytes beyond; results and
  ///   contents [outputHeight, outputWidth, outputChannels].
  func run(
    _ form: ByteLinear, _ codes: UnsafePointer<UInt8>, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    let columns = form.columns
    let outputs = outputsPerChannel
    let rows = Self.rows(depth: form.depth, outputs: outputs)
    let width = form.panels * 16
    workspace.grow(
      image: form.imageCount, columns: columns.isDirect ? 0 : rows * form.depth,
      sums: rows * width, scratch: form.scratchByteCount)
    var figures = ByteFigures()
    swap(&figures, &workspace.figures)
    defer { swap(&figures, &workspace.figures) }
    workspace.withBuffers { image, tile, sums, scratch in
      let source = form.bordered(codes, image)
      for group in 0..<form.groups {
        figures.reset(panels: form.panels)
        if form.narrow != nil {
          ww_narrow_begin(scratch, Int32(form.panels), Int64(form.depth))
        }
        var first = Int64.max
        for start in stride(from: 0, to: outputs, by: rows) {
          let count = min(rows, outputs - start)
          var operands = source + start * linear.inputChannels
          if !columns.isDirect {
            gather(form, source, group: group, start, count, to: tile)
            operands = UnsafePointer(tile)
          }
          sum(
            form, operands, group: group, rows: count, sums, scratch, &figures,
            &first)
          let place = start * linear.outputChannels + group * form.channels
          if let contents {
            write(sums, form, group: group, rows: count, to: contents + place)
          }
          write(
            sums, width: width, rows: count,
            channels: group * form.channels..<(group + 1) * form.channels, form.requantize,
            to: results, at: place)
        }
        record(figures, form, group: group, outputs, samples: 1, first, in: &overflow)
      }
    }
  }

  /// The rows worked on at a time: their columns stay in the second cache.
  static func rows(depth: Int, outputs: Int) -> Int {
    min((outputs + 31) / 32 * 32, max(32, min(512, (96 << 10) / depth / 32 * 32)))
  }

  /// Copies the inputs of outputs, or with `sampleStride` of the one output of each sample, to `tile`.
  func gather(
    _ form: ByteLinear, _ image: UnsafePointer<UInt8>, sampleStride: Int? = nil, group: Int,
    _ first: Int, _ count: Int, to tile: UnsafeMutablePointer<UInt8>
  ) {
    form.columns.offsets.withUnsafeBufferPointer { offsets in
      var patches = ww_patches(
        outputWidth: Int64(linear.window.outputWidth),
        strideY: Int64(sampleStride ?? form.columns.strideY),
        strideX: Int64(form.columns.strideX), offsets: offsets.baseAddress,
        runs: Int32(offsets.count), runBytes: Int32(form.columns.runBytes), depth: Int32(form.depth)
      )
      let start = group * (linear.inputChannels / linear.groups)
      ww_gather(&patches, image + start, Int64(first), Int64(count), tile)
    }
  }

  /// Leaves the contents of one tile of one group in `sums` [rows][panels * 16].
  private func sum(
    _ form: ByteLinear, _ operands: UnsafePointer<UInt8>, group: Int, rows: Int,
    _ sums: UnsafeMutablePointer<Int32>, _ scratch: UnsafeMutableRawPointer,
    _ figures: inout ByteFigures, _ first: inout Int64
  ) {
    let width = form.panels * 16
    let rowStride = form.columns.isDirect ? linear.inputChannels : form.depth
    form.withProducts(operands, stride: rowStride, group: group, rows: rows, &figures) {
      products, starts, counts, extremes in
      guard let narrow = form.narrow else {
        ww_wide_sums(&products, starts, sums, Int64(width), extremes, extremes + width)
        return
      }
      var kernelFigures = ww_narrow_figures(
        counts: counts, extremes: extremes, panels: form.panels, first: first)
      narrow.withKernel(group: group, panels: form.panels, weights: form.weights) { kernel in
        ww_narrow_sums(&products, &kernel, scratch, sums, Int64(width), &kernelFigures)
        return kernelFigures.redoneShare
      }
      first = kernelFigures.first
    }
  }

  /// Writes the accumulators of one group's channels, corrected.
  private func write(
    _ sums: UnsafePointer<Int32>, _ form: ByteLinear, group: Int, rows: Int,
    to contents: UnsafeMutablePointer<Int64>
  ) {
    for row in 0..<rows {
      for channel in 0..<form.channels {
        contents[row * linear.outputChannels + channel] = Int64(
          corrected(
            Int(sums[row * form.panels * 16 + channel]), channel: group * form.channels + channel))
      }
    }
  }

  /// Turns contents [rows][width] of some channels into codes.
  func write(
    _ sums: UnsafePointer<Int32>, width: Int, rows: Int, channels: Range<Int>,
    _ requantize: RequantizeKernel?, to results: MutableStoredCodes,
    at place: Int
  ) {
    if let requantize, case .bytes(let bytes, _) = results {
      requantize.run(
        sums, stride: width, rows: rows, channels: channels, to: bytes + place,
        stride: linear.outputChannels)
      return
    }
    for row in 0..<rows {
      for (lane, channel) in channels.enumerated() {
        let content = corrected(Int(sums[row * width + lane]), channel: channel)
        let code = code(of: content, channel: channel)
        let target = place + row * linear.outputChannels + lane
        switch results {
        case .bytes(let bytes, let lowest):
          bytes[target] = UInt8(truncatingIfNeeded: code &- lowest)
        case .words(let words): words[target] = code
        }
      }
    }
  }

  /// Adds the figures of one group over samples to the layer's.
  func record(
    _ figures: ByteFigures, _ form: ByteLinear, group: Int, _ outputs: Int, samples: Int,
    _ first: Int64, in overflow: inout LayerOverflow
  ) {
    let width = form.panels * 16
    let counts = figures.counts
    let steps = samples * stepsPerChannel
    overflow.channels.withUnsafeMutableBufferPointer { channels in
      for lane in 0..<form.channels {
        let channel = group * form.channels + lane
        channels[channel].observe(
          lowest: figures.extremes[lane], highest: figures.extremes[width + lane])
        channels[channel].steps += steps
        channels[channel].outputs += outputs
        guard form.narrow != nil else { continue }
        channels[channel].overflowedSteps += Int(counts[lane])
        channels[channel].overflowedBiasSteps += Int(counts[width + lane])
        channels[channel].overflowedOutputs += Int(counts[2 * width + lane])
        channels[channel].persistentOutputs += Int(counts[3 * width + lane])
        channels[channel].netWraps += Int(counts[4 * width + lane])
      }
    }
    if first != .max {
      let step = layout.stepNumbers?[Int(first)] ?? Int(first)
      overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? .max, step)
    }
    for panel in 0..<form.panels {
      let channels = min(16, form.channels - 16 * panel)
      let redone = Int(counts[5 * width + panel])
      let stepped = Int(counts[5 * width + form.panels + panel])
      overflow.paths.redone += redone * channels
      overflow.paths.stepped += stepped * channels
      let rest = (outputs - redone - stepped) * channels
      if form.isProved[group * form.panels + panel] {
        overflow.paths.proved += rest
      } else {
        overflow.paths.tracked += rest
      }
    }
  }
}

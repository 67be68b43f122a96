internal import Arithmetic
internal import CKernels
internal import Networks

extension LinearPlan {
  /// Outputs worked on at a time.
  static let tileRows = 32

  /// Computes one sample: proves, tracks, and steps only where a prefix left the range.
  ///
  /// - Shapes: codes [height, width, inputChannels]; results [outputHeight, outputWidth,
  ///   outputChannels]; `contents`, when given, receives the accumulators in the same shape.
  func run(
    _ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow,
    workspace: inout Workspace
  ) {
    if fits32 {
      run(Int32.self, codes, results, contents, &overflow, &workspace)
    } else {
      run(Int64.self, codes, results, contents, &overflow, &workspace)
    }
  }

  private func run<T: TileElement>(
    _ element: T.Type, _ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>,
    _ contents: UnsafeMutablePointer<Int64>?, _ overflow: inout LayerOverflow,
    _ workspace: inout Workspace
  ) {
    let reader = PatchReader<Int32>(
      window: linear.window, channels: linear.inputChannels,
      outputChannels: linear.outputChannels, groups: linear.groups, depth: depth,
      places: layout.isIdentity ? nil : layout.places)
    let tileCount = Self.tileRows * depth * (isDepthwise ? 16 : 1)
    if workspace.image.count < reader.imageCount {
      workspace.image = [Int32](repeating: 0, count: reader.imageCount)
    }
    if workspace.tile.count < tileCount {
      workspace.tile = [Int32](repeating: 0, count: tileCount)
    }
    var figures = [BlockFigures](repeating: BlockFigures(), count: blocks.count)
    var sums = TileSums<T>(rows: Self.tileRows)
    let outputs = outputsPerChannel
    workspace.image.withUnsafeMutableBufferPointer { image in
      workspace.tile.withUnsafeMutableBufferPointer { tile in
        guard let image = image.baseAddress, let tile = tile.baseAddress else { return }
        let zero = Int32(truncatingIfNeeded: operands.zero)
        reader.fill(image, from: codes, border: Int32(truncatingIfNeeded: operands.border)) {
          $0 &- zero
        }
        for first in stride(from: 0, to: outputs, by: Self.tileRows) {
          let count = min(Self.tileRows, outputs - first)
          var gathered = -1
          for (index, block) in blocks.enumerated() {
            if isDepthwise {
              reader.gatherChannels(
                tile, from: image, first: first, count: count, start: block.start,
                lanes: block.channels)
            } else if gathered != block.inputStart {
              reader.gather(
                tile, from: image, first: first, count: count, inputStart: block.inputStart)
              gathered = block.inputStart
            }
            compute(
              tile, rows: count, block: block, observes: overflow.observesPrefixes, &sums,
              &figures[index])
            if operands.multipliesBorder { sums.correct(rows: count, self, block) }
            let place = first * linear.outputChannels + block.start
            if let contents { sums.write(contents + place, rows: count, self, block) }
            requantize(sums, rows: count, block: block, results + place)
          }
        }
      }
    }
    for (index, block) in blocks.enumerated() {
      record(figures[index], block, outputs: outputs, in: &overflow)
    }
  }

  /// Leaves the accumulator contents of a tile in `sums` and counts what happened.
  private func compute<T: TileElement>(
    _ patches: UnsafePointer<Int32>, rows: Int, block: Block, observes: Bool,
    _ sums: inout TileSums<T>, _ figures: inout BlockFigures
  ) {
    block.weights.withUnsafeBufferPointer { weights in
      block.bias.withUnsafeBufferPointer { bias in
        var tile = ww_tile(
          x: patches, w: weights.baseAddress, rows: Int64(rows), depth: Int64(depth),
          lanes: Int32(arithmetic.lanes), xIsVector: isDepthwise ? 1 : 0, bias: bias.baseAddress,
          biasFirst: scaling.biasPosition == .first ? 1 : 0)
        let rowLength = depth * (isDepthwise ? 16 : 1)
        if block.isProved && !observes && scaling.keepsProducts {
          sums.finals.withUnsafeMutableBufferPointer { finals in
            guard let finals = finals.baseAddress else { return }
            T.wide(&tile, finals)
          }
          figures.proved += rows * block.channels
          if arithmetic.outer == nil {
            figures.observe(finals: sums.finals, rows: rows, channels: block.channels)
          }
          return
        }
        if layout.isGeneral {
          figures.stepGeneral(&sums, rows: rows, rowLength: rowLength, tile, self, block)
          return
        }
        guard arithmetic.isPlain else {
          figures.step(&sums, rows: rows, rowLength: rowLength, tile, self, block)
          return
        }
        sums.track(&tile)
        let accumulator = arithmetic.accumulator
        let flagged = figures.observe(
          &sums, rows: rows, channels: block.channels, accumulator: accumulator)
        let stepped = flagged * block.channels
        if block.isProved {
          figures.proved += rows * block.channels
        } else {
          figures.tracked += rows * block.channels - stepped
        }
        guard flagged > 0 else { return }
        figures.stepped += stepped
        for row in 0..<rows where sums.flags[row] != 0 {
          tile.x = patches + row * rowLength
          tile.rows = 1
          figures.step(
            &sums, row: row, &tile, channels: block.channels, accumulator: accumulator)
        }
      }
    }
  }

  /// Adds the figures of a block over one sample to the layer's.
  func record(
    _ figures: BlockFigures, _ block: Block, outputs: Int, in overflow: inout LayerOverflow
  ) {
    for lane in 0..<block.channels {
      let channel = block.start + lane
      if figures.lowest[lane] <= figures.highest[lane] {
        let seen = AccumulatorBound(
          lowest: Int(figures.lowest[lane]), highest: Int(figures.highest[lane]))
        overflow.channels[channel].observed =
          overflow.channels[channel].observed?.union(seen) ?? seen
      }
      overflow.channels[channel].steps += stepsPerChannel
      overflow.channels[channel].outerSteps += outerStepsPerChannel
      overflow.channels[channel].outputs += outputs
      overflow.channels[channel].spills += outputs * spillsPerOutput
      overflow.channels[channel].overflowedSpills += Int(figures.spillEvents[lane])
      overflow.channels[channel].roundedSteps += Int(figures.rounded[lane])
      overflow.channels[channel].overflowedSteps += Int(figures.events[lane])
      overflow.channels[channel].overflowedOuterSteps += Int(figures.outerEvents[lane])
      overflow.channels[channel].overflowedBiasSteps += Int(figures.biasEvents[lane])
      overflow.channels[channel].overflowedOutputs += Int(figures.touched[lane])
      overflow.channels[channel].persistentOutputs += Int(figures.persistent[lane])
      overflow.channels[channel].netWraps += figures.netWraps[lane]
    }
    for bits in 0..<65 { overflow.bitsHistogram[bits] += Int(figures.histogram[bits]) }
    if figures.first != .max {
      let step = layout.stepNumbers?[Int(figures.first)] ?? Int(figures.first)
      overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? .max, step)
    }
    overflow.paths.proved += figures.proved
    overflow.paths.tracked += figures.tracked
    overflow.paths.stepped += figures.stepped
  }
}

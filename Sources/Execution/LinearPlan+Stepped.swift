internal import Arithmetic
internal import CKernels
internal import Networks
internal import Tensors

extension LinearPlan {
  /// Computes one sample addition by addition.
  ///
  /// - Shapes: codes [height, width, inputChannels]; results and contents [outputHeight, outputWidth,
  ///   outputChannels]; an infinite content is `FloatRegister.infinity`.
  func run(
    _ form: SteppedForm, _ codes: StoredCodes, _ results: MutableStoredCodes,
    contents: UnsafeMutablePointer<Int64>?, overflow: inout LayerOverflow
  ) {
    let inputs = linear.window.height * linear.window.width * linear.inputChannels
    let integers = integers(of: codes, count: inputs)
    if form.reals.isEmpty {
      run(form, integers, results, contents, &overflow) { x, rows, index, figures in
        if let kind = wideKind(form) {
          return wideSums(form, kind, x, rows: rows, index, &figures)
        }
        return steppedSums(form, x, rows: rows, index, &figures)
      }
    } else {
      run(form, integers.map(Double.init), results, contents, &overflow) {
        x, rows, index, figures in realSums(form, x, rows: rows, index, &figures)
      }
    }
  }

  /// Computes one sample of operands of some type, the sums of each tile by `step`.
  private func run<Element: Numeric & Sendable>(
    _ form: SteppedForm, _ operands: [Element], _ results: MutableStoredCodes,
    _ contents: UnsafeMutablePointer<Int64>?, _ overflow: inout LayerOverflow,
    step: (UnsafePointer<Element>, Int, Int, inout BlockFigures) -> [SteppedSum]
  ) {
    let reader = PatchReader<Element>(
      window: linear.window, channels: linear.inputChannels,
      outputChannels: linear.outputChannels, groups: linear.groups, depth: depth,
      places: layout.isIdentity ? nil : layout.places)
    let outputs = outputsPerChannel
    let rowLength = depth * (isDepthwise ? 16 : 1)
    var image = [Element](repeating: 0, count: reader.imageCount)
    var tile = [Element](repeating: 0, count: Self.tileRows * rowLength)
    var figures = [BlockFigures](repeating: BlockFigures(), count: blocks.count)
    var words = [Int32](repeating: 0, count: outputs * linear.outputChannels)
    image.withUnsafeMutableBufferPointer { image in
      tile.withUnsafeMutableBufferPointer { tile in
        operands.withUnsafeBufferPointer { operands in
          guard let image = image.baseAddress, let tile = tile.baseAddress,
            let operands = operands.baseAddress
          else { return }
          reader.fill(image, from: operands, border: 0) { $0 }
          for first in stride(from: 0, to: outputs, by: Self.tileRows) {
            let count = min(Self.tileRows, outputs - first)
            for (index, block) in blocks.enumerated() {
              if isDepthwise {
                reader.gatherChannels(
                  tile, from: image, first: first, count: count, start: block.start,
                  lanes: block.channels)
              } else {
                reader.gather(
                  tile, from: image, first: first, count: count, inputStart: block.inputStart)
              }
              let sums = step(tile, count, index, &figures[index])
              for row in 0..<count {
                for lane in 0..<block.channels {
                  let sum = sums[16 * row + lane]
                  let channel = block.start + lane
                  figures[index].record(sum, form, channel: channel, lane: lane)
                  let place = (first + row) * linear.outputChannels + channel
                  contents?[place] = Int64(sum.content)
                  words[place] = code(of: sum.content, channel: channel)
                }
              }
              if form.isProved {
                figures[index].proved += count * block.channels
              } else {
                figures[index].stepped += count * block.channels
              }
            }
          }
        }
      }
    }
    words.withUnsafeBufferPointer { words in
      if let words = words.baseAddress {
        results.fill(from: words, count: outputs * linear.outputChannels)
      }
    }
    for (index, block) in blocks.enumerated() {
      record(figures[index], block, outputs: outputs, in: &overflow)
    }
  }

  /// The integers that are multiplied.
  private func integers(of codes: StoredCodes, count: Int) -> [Int64] {
    var integers = [Int64](repeating: 0, count: max(count, 1))
    integers.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      if let decoding {
        decoding.decode(codes, to: target, count: count)
      } else {
        for (index, code) in codes.array(count: count).enumerated() {
          target[index] = Int64(Int(code) - operands.zero)
        }
      }
    }
    return integers
  }

  /// The sums of one tile, [rows][16], one addition after the other; events are counted.
  private func steppedSums(
    _ form: SteppedForm, _ x: UnsafePointer<Int64>, rows: Int, _ index: Int,
    _ figures: inout BlockFigures
  ) -> [SteppedSum] {
    let block = blocks[index]
    let weights = form.words[index]
    var sums = [SteppedSum](repeating: SteppedSum(), count: rows * 16)
    let (lanes, stride) = (arithmetic.lanes, isDepthwise ? 16 : 1)
    for row in 0..<rows {
      let inputs = x + row * depth * stride
      for lane in 0..<block.channels {
        let channel = block.start + lane
        var sum = SteppedSum()
        func addBias() {
          let bias = scaling.bias[channel]
          let next = form.stored(sum.content, adding: bias, channel: channel)
          figures.count(next, lane: lane, isBias: true)
          sum.content = next.content
          sum.exact += bias
        }
        if scaling.biasPosition == .first {
          addBias()
          (sum.lowest, sum.highest) = (sum.exact, sum.exact)
        }
        for step in 0..<depth / lanes {
          var term = 0
          for k in step * lanes..<(step + 1) * lanes {
            term += Int(inputs[k * stride + (stride > 1 ? lane : 0)]) * Int(weights[16 * k + lane])
          }
          let next = form.stored(sum.content, adding: term, channel: channel)
          figures.count(next, lane: lane, isBias: false)
          if next.overflows { figures.first = min(figures.first, Int32(step)) }
          sum.content = next.content
          sum.exact += term
          sum.note()
        }
        if scaling.biasPosition == .last {
          addBias()
          sum.note()
        }
        sums[16 * row + lane] = sum
      }
    }
    return sums
  }

  /// The same by the kernel, in doubles that are exact until they are rounded.
  private func realSums(
    _ form: SteppedForm, _ x: UnsafePointer<Double>, rows: Int, _ index: Int,
    _ figures: inout BlockFigures
  ) -> [SteppedSum] {
    let block = blocks[index]
    let registers = floats
    let accumulator = registers[0].accumulator
    let bias = block.bias.map(Double.init)
    let largest = (0..<16).map { lane in
      Double(registers[min(block.start + lane, registers.count - 1)].largest)
    }
    let size = rows * 16
    // Contents, exact sums, lowest and highest prefixes.
    var results = [Double](repeating: 0, count: 4 * size)
    var counts = [Int64](repeating: 0, count: 3 * 16)
    var first = Int64.max
    form.reals[index].withUnsafeBufferPointer { weights in
      bias.withUnsafeBufferPointer { bias in
        largest.withUnsafeBufferPointer { largest in
          counts.withUnsafeMutableBufferPointer { counts in
            var tile = ww_float_registers()
            tile.x = x
            tile.w = weights.baseAddress
            tile.rows = Int64(rows)
            tile.depth = Int64(depth)
            tile.lanes = Int32(arithmetic.lanes)
            tile.xIsVector = isDepthwise ? 1 : 0
            tile.bias = bias.baseAddress
            tile.biasFirst = scaling.biasPosition == .first ? 1 : 0
            tile.mantissaBits = Int32(accumulator.format.mantissaBits)
            tile.largest = largest.baseAddress
            tile.saturates = accumulator.overflow == .saturate ? 1 : 0
            var outcome = ww_float_figures()
            outcome.first = .max
            results.withUnsafeMutableBufferPointer { results in
              guard let counts = counts.baseAddress, let results = results.baseAddress else {
                return
              }
              outcome.events = counts
              outcome.biasEvents = counts + 16
              outcome.rounded = counts + 32
              outcome.contents = results
              outcome.exact = results + size
              outcome.lowest = results + 2 * size
              outcome.highest = results + 3 * size
              ww_float_registers_run(&tile, &outcome)
            }
            first = outcome.first
          }
        }
      }
    }
    for lane in 0..<16 {
      figures.events[lane] += counts[lane]
      figures.biasEvents[lane] += counts[16 + lane]
      figures.rounded[lane] += counts[32 + lane]
    }
    if first < Int64(Int32.max) { figures.first = min(figures.first, Int32(first)) }
    return (0..<size).map { place in
      let content = results[place]
      return SteppedSum(
        content: content.isFinite
          ? Int(content) : content < 0 ? -FloatRegister.infinity : FloatRegister.infinity,
        exact: Int(results[size + place]), lowest: Int(results[2 * size + place]),
        highest: Int(results[3 * size + place]))
    }
  }
}

extension BlockFigures {
  /// Counts what an addition lost.
  mutating func count(
    _ next: (content: Int, overflows: Bool, isRounded: Bool), lane: Int, isBias: Bool
  ) {
    if next.isRounded { rounded[lane] += 1 }
    guard next.overflows else { return }
    if isBias { biasEvents[lane] += 1 } else { events[lane] += 1 }
  }

  /// Notes the sum of one output.
  mutating func record(_ sum: SteppedSum, _ form: SteppedForm, channel: Int, lane: Int) {
    lowest[lane] = min(lowest[lane], Int64(sum.lowest))
    highest[lane] = max(highest[lane], Int64(sum.highest))
    if form.leaves(sum.lowest, channel: channel) || form.leaves(sum.highest, channel: channel) {
      touched[lane] += 1
    }
    if form.leaves(sum.exact, channel: channel) { persistent[lane] += 1 }
    netWraps[lane] += form.netWraps(sum)
    histogram[AccumulatorBound.bits(sum.lowest, sum.highest)] += 1
  }
}

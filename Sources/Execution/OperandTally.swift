internal import Arithmetic
internal import Networks
internal import Tensors

/// The sums that one layer's statistics are made of; those of several threads add up.
struct OperandTally: Sendable {
  var samples = 0
  /// Zero inputs by class of place and channel.
  var zeros: [Int]
  var toggles = 0

  mutating func merge(_ other: OperandTally) {
    samples += other.samples
    toggles += other.toggles
    for index in zeros.indices { zeros[index] += other.zeros[index] }
  }
}

/// How the operands of a layer of products are observed.
struct OperandObserver: Sendable {
  let linear: QuantizedLinear
  let operands: LinearOperands
  let decoding: InputDecoding?
  let inputBits: Int
  let taps: ZeroTaps

  init(_ plan: LinearPlan) {
    linear = plan.linear
    operands = plan.operands
    decoding = plan.decoding
    inputBits = plan.decoding?.bits ?? plan.input.format.integer.bits
    taps = ZeroTaps(plan.linear.window)
  }

  var emptyTally: OperandTally {
    OperandTally(
      zeros: [Int](repeating: 0, count: taps.classCount * linear.inputChannels))
  }

  /// The input elements of a sample.
  private var inputCount: Int { linear.window.height * linear.window.width * linear.inputChannels }

  /// Adds one sample, as stored: [height, width, channels].
  func observe(_ codes: UnsafePointer<Int32>, _ tally: inout OperandTally) {
    if let decoding {
      observe(decoding, codes, &tally)
    } else {
      observe(codes, zero: operands.zero, patterns: codes, &tally)
    }
  }

  /// Adds one sample of codes that are decoded: zeros are those of the integers, bits those that are stored.
  private func observe(
    _ decoding: InputDecoding, _ codes: UnsafePointer<Int32>, _ tally: inout OperandTally
  ) {
    let places = (0..<inputCount).map { Int(codes[$0]) - decoding.lowest }
    let zeros = places.map { Int32(decoding.integers[$0] == 0 ? 0 : 1) }
    let patterns = places.map { Int32(bitPattern: decoding.patterns[$0]) }
    zeros.withUnsafeBufferPointer { zeros in
      patterns.withUnsafeBufferPointer { patterns in
        guard let zeros = zeros.baseAddress, let patterns = patterns.baseAddress else { return }
        observe(zeros, zero: 0, patterns: patterns, &tally)
      }
    }
  }

  private func observe(
    _ codes: UnsafePointer<Int32>, zero: Int, patterns: UnsafePointer<Int32>,
    _ tally: inout OperandTally
  ) {
    tally.samples += 1
    var counts = [Int32](repeating: 0, count: tally.zeros.count)
    taps.count(
      codes, zero: Int32(truncatingIfNeeded: zero), channels: linear.inputChannels,
      into: &counts)
    for index in counts.indices { tally.zeros[index] += Int(counts[index]) }
    tally.toggles += Self.toggles(patterns, count: inputCount, bits: inputBits)
  }

  /// Bits that differ between successive codes in two's complement.
  static func toggles(_ codes: UnsafePointer<Int32>, count: Int, bits: Int) -> Int {
    let mask = bits >= 32 ? UInt32.max : (1 << UInt32(bits)) - 1
    // Several changes side by side in a word, whose bits are counted at once.
    let lanes = bits <= 8 ? 8 : bits <= 16 ? 4 : 2
    let width = UInt64(64 / lanes)
    var sum = 0
    var index = 1
    while index < count {
      var word: UInt64 = 0
      for place in index..<min(index + lanes, count) {
        let changed = UInt32(bitPattern: codes[place] ^ codes[place - 1]) & mask
        word = word << width | UInt64(changed)
      }
      sum &+= word.nonzeroBitCount
      index += lanes
    }
    return sum
  }

  /// The counts over all samples of a tally.
  func statistics(_ tally: OperandTally) -> OperandStatistics {
    let channels = linear.inputChannels
    let outputsPerGroup = linear.outputChannels / linear.groups
    let positions = linear.window.outputHeight * linear.window.outputWidth
    var result = OperandStatistics()
    result.samples = tally.samples
    result.inputs = inputCount * tally.samples
    result.zeroInputs = tally.zeros.reduce(0, +)
    result.inputBits = inputBits
    result.inputToggles = tally.toggles
    result.inputPairs = max(inputCount - 1, 0) * tally.samples
    result.weights = operands.weights.count
    result.zeroWeights = operands.weights.count { $0 == 0 }
    result.weightBits = linear.weightIntegers.bits
    result.weightToggles = linear.weights.elements.withUnsafeBufferPointer { codes in
      codes.baseAddress.map {
        Self.toggles($0, count: codes.count, bits: result.weightBits)
      } ?? 0
    }
    result.products = positions * linear.outputChannels * linear.depth * tally.samples
    result.zeroWeightProducts = result.zeroWeights * positions * tally.samples
    let isBorderZero = operands.border == 0
    let reads = taps.reads(tally.zeros, channels: channels)
    let zeroWeights = zeroWeightsOfTaps()
    var both = 0
    for ky in taps.rowReads.indices {
      for kx in taps.columnReads.indices {
        let tap = ky * taps.columnReads.count + kx
        // Positions at which this tap lies outside of the image, over all samples.
        let outside =
          (positions - taps.rowReads[ky] * taps.columnReads[kx]) * tally.samples
        result.paddingProducts += outside * channels * outputsPerGroup
        for channel in 0..<channels {
          let place = tap * channels + channel
          let zeros = reads[place] + (isBorderZero ? outside : 0)
          result.zeroInputProducts += zeros * outputsPerGroup
          both += zeros * zeroWeights[place]
        }
      }
    }
    result.zeroProducts = result.zeroInputProducts + result.zeroWeightProducts - both
    return result
  }

  /// The zero weights that each tap and input channel is multiplied by [tap][channel].
  private func zeroWeightsOfTaps() -> [Int] {
    let channels = linear.inputChannels
    let perGroup = channels / linear.groups
    let outputsPerGroup = linear.outputChannels / linear.groups
    let area = linear.window.kernelHeight * linear.window.kernelWidth
    var zeros = [Int](repeating: 0, count: area * channels)
    for (index, weight) in operands.weights.enumerated() where weight == 0 {
      let (rest, channel) = index.quotientAndRemainder(dividingBy: perGroup)
      let (output, tap) = rest.quotientAndRemainder(dividingBy: area)
      zeros[tap * channels + output / outputsPerGroup * perGroup + channel] += 1
    }
    return zeros
  }
}

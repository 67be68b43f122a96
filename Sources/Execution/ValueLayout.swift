internal import Networks
internal import Tensors

/// Where the codes of every value of a network lie in the memory of one thread, and how.
struct ValueLayout: Sendable {
  /// How the codes of each value lie.
  let storages: [CodeStorage]
  /// The codes of each value.
  let counts: [Int]
  /// The first byte of each value in its part of the memory; some values share their place.
  let offsets: [Int]
  /// The values that each sample has for itself where some run together: behind the others, one sample
  /// after the other.
  let isOwn: [Bool]
  /// The bytes of the values that samples have one after the other, and of those of one sample's own.
  let commonByteCount: Int
  let ownByteCount: Int
  /// The bytes of the largest set of values of a sample live at a time.
  let largestLiveSet: Int

  /// Plans the values of a network.
  ///
  /// - Parameters:
  ///   - storages: how the codes of each value lie.
  ///   - renamed: layers whose output is their input under another name: both share one place.
  ///   - inPlace: layers that write each code where they read it: the output takes the place of an
  ///     input that nothing reads later.
  ///   - constants: layers whose output is there before the first sample and stays.
  ///   - together: the first of the layers that several samples run together; nil without them.
  init(
    _ network: QuantizedNetwork, storages: [CodeStorage], renamed: Set<Int>, inPlace: Set<Int>,
    constants: Set<Int>, together first: Int? = nil
  ) {
    self.storages = storages
    let values = network.shapes.indices
    counts = network.shapes.map(\.count)
    let end = network.layers.count
    // A value is born by the layer before it and needed until its last reader.
    var births = values.map { $0 - 1 }
    var deaths = births
    for (index, layer) in network.layers.enumerated() {
      for input in layer.inputs { deaths[input] = max(deaths[input], index) }
    }
    deaths[network.output] = end
    for layer in constants {
      births[layer + 1] = -1
      deaths[layer + 1] = end
    }
    // The value whose place each value has; the lives of those that share one are joined.
    var owners = Array(values)
    for (index, layer) in network.layers.enumerated() {
      let own =
        renamed.contains(index)
        ? layer.inputs.first
        : inPlace.contains(index)
          ? layer.inputs.first { deaths[owners[$0]] == index } : nil
      guard let owner = own.map({ owners[$0] }) else { continue }
      owners[index + 1] = owner
      deaths[owner] = max(deaths[owner], deaths[index + 1])
    }
    var offsets = [Int](repeating: 0, count: counts.count)
    func plan(_ isIncluded: (Int) -> Bool) -> BufferPlan {
      let places = values.filter { owners[$0] == $0 && isIncluded($0) }
      let plan = BufferPlan(
        sizes: places.map { network.shapes[$0].count * storages[$0].bytesPerCode },
        births: places.map { births[$0] }, deaths: places.map { deaths[$0] })
      for (place, offset) in zip(places, plan.offsets) { offsets[place] = offset }
      return plan
    }
    let all = plan { _ in true }
    largestLiveSet = all.largestLiveSet
    if let first {
      let isOwn = owners.map { deaths[$0] >= first && !constants.contains($0 - 1) }
      commonByteCount = plan { !isOwn[$0] }.peak
      ownByteCount = plan { isOwn[$0] }.peak
      self.isOwn = isOwn
    } else {
      isOwn = values.map { _ in false }
      commonByteCount = all.peak
      ownByteCount = 0
    }
    self.offsets = owners.map { offsets[$0] }
  }

  /// The bytes of one value.
  func byteCount(of value: Int) -> Int { counts[value] * storages[value].bytesPerCode }

  /// The first byte of a value of the sample with that number among those that run together.
  private func place(of value: Int, _ sample: Int) -> Int {
    offsets[value] + (isOwn[value] ? commonByteCount + sample * ownByteCount : 0)
  }

  /// The codes of a value, to be read.
  func codes(of value: Int, in memory: UnsafeMutableRawPointer, sample: Int) -> StoredCodes {
    storages[value].codes(at: memory + place(of: value, sample))
  }

  /// The codes of a value, to be written.
  func results(
    of value: Int, in memory: UnsafeMutableRawPointer, sample: Int
  ) -> MutableStoredCodes {
    storages[value].results(at: memory + place(of: value, sample), count: counts[value])
  }
}

extension QuantizedLayer {
  /// Whether every output code of the layer is a code of its output's format, given that of its inputs.
  func staysInside(_ codes: ClosedRange<Int>, inputs: [ActivationQuantization]) -> Bool {
    func holds(_ range: ClosedRange<Int>) -> Bool {
      codes.lowerBound <= range.lowerBound && range.upperBound <= codes.upperBound
    }
    switch operation {
    case .linear, .matrixProduct, .pool, .binary, .table, .thresholds, .requantize, .leakyRelu,
      .quantize, .concatenation, .softmax, .lstm, .svdf:
      return holds(clamp)
    case .slice, .reshape, .transpose: return inputs.allSatisfy { holds($0.codes) }
    case .pad(_, _, let code): return inputs.allSatisfy { holds($0.codes) } && codes.contains(code)
    case .dynamicZeroPoint: return holds(0...255)
    case .constant(let constants): return constants.allSatisfy { codes.contains(Int($0)) }
    case .dequantize, .dynamicQuantize, .dynamicScale, .float: return false
    }
  }
}

internal import Networks
internal import Tensors

/// Where the codes of every value of a network lie in the memory of one thread, and how.
struct ValueLayout: Sendable {
  /// How the codes of each value lie.
  let storages: [CodeStorage]
  /// The codes of each value.
  let counts: [Int]
  /// The first byte of each value; some values share their place.
  let offsets: [Int]
  /// The bytes of all values together, and those of the largest set of values live at a time.
  let byteCount: Int
  let largestLiveSet: Int

  /// Plans the values of a network.
  ///
  /// - Parameters:
  ///   - storages: how the codes of each value lie.
  ///   - renamed: layers whose output is their input under another name: both share one place.
  ///   - inPlace: layers that write each code where they read it: the output takes the place of an
  ///     input that nothing reads later.
  ///   - constants: layers whose output is there before the first sample and stays.
  init(
    _ network: QuantizedNetwork, storages: [CodeStorage], renamed: Set<Int>, inPlace: Set<Int>,
    constants: Set<Int>
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
    let places = values.filter { owners[$0] == $0 }
    let plan = BufferPlan(
      sizes: places.map { network.shapes[$0].count * storages[$0].bytesPerCode },
      births: places.map { births[$0] }, deaths: places.map { deaths[$0] })
    var offsets = [Int](repeating: 0, count: counts.count)
    for (place, offset) in zip(places, plan.offsets) { offsets[place] = offset }
    self.offsets = owners.map { offsets[$0] }
    byteCount = plan.peak
    largestLiveSet = plan.largestLiveSet
  }

  /// The bytes of one value.
  func byteCount(of value: Int) -> Int { counts[value] * storages[value].bytesPerCode }

  /// The codes of a value, to be read.
  func codes(of value: Int, in memory: UnsafeMutableRawPointer) -> StoredCodes {
    let start = UnsafeRawPointer(memory + offsets[value])
    switch storages[value] {
    case .bytes(let lowest):
      return .bytes(start.assumingMemoryBound(to: UInt8.self), lowest: lowest)
    case .words: return .words(start.assumingMemoryBound(to: Int32.self))
    }
  }

  /// The codes of a value, to be written.
  func results(of value: Int, in memory: UnsafeMutableRawPointer) -> MutableStoredCodes {
    let start = memory + offsets[value]
    switch storages[value] {
    case .bytes(let lowest):
      return .bytes(start.bindMemory(to: UInt8.self, capacity: counts[value]), lowest: lowest)
    case .words: return .words(start.bindMemory(to: Int32.self, capacity: counts[value]))
    }
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

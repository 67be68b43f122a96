internal import Networks
public import Simulation
public import Tensors

/// An array of samples bound to a network's input: axes in order, numbers preprocessed.
public struct SampleArray: Sendable {
  let file: String
  let array: NumPyArray
  let shape: Shape
  /// The index in the array's sample of each element in the network's order.
  let table: [Int]
  let preprocessing: Preprocessing
  /// The axis of the channels: elements between neighbours, and how many there are.
  let channelAxis: (stride: Int, extent: Int)

  /// Binds an array to an input shape.
  ///
  /// Missing axes of size 1 are put in: an array [N, 28, 28] feeds an input [1, 1, 28, 28].
  ///
  /// - Parameters:
  ///   - shape: the network's input, ONNX axis order with a leading 1.
  ///   - layout: the order of the array's axes; the network's own (`nchw`) when nil.
  public init(
    path: String, shape: Shape, layout: WorkloadFile.Layout?, preprocessing: Preprocessing
  ) throws {
    file = path
    array = try NumPyFile.array(at: path)
    self.shape = shape
    self.preprocessing = preprocessing
    let own = Array(array.shape.extents.dropFirst())
    let isChannelLast = layout == .nhwc && shape.rank == 4
    let order = isChannelLast ? [0, 2, 3, 1] : Array(0..<shape.rank)
    let expected = order.dropFirst().map { shape[$0] }
    guard array.shape.rank > 0, own.filter({ $0 != 1 }) == expected.filter({ $0 != 1 }) else {
      let wanted = (["N"] + expected.map(String.init)).joined(separator: "x")
      let remedy =
        isChannelLast
        ? "layout is nhwc" : "say layout: nhwc in the workload if its channels come last"
      throw WorkloadError(
        file: path,
        problem:
          "its shape \(array.shape) does not fit the network's input; it must be \(wanted), \(remedy)"
      )
    }
    guard array.sampleCount > 0 else {
      throw WorkloadError(file: path, problem: "it holds no sample; give at least one")
    }
    if isChannelLast {
      // Element i of the network's order lies at table[i] of the channel-last array.
      table = IndexTable.transpose(shape.permuted(order), [0, 3, 1, 2])
    } else {
      table = []
    }
    let axis = shape.rank == 4 ? 1 : shape.rank - 1
    let extent = shape[axis]
    channelAxis = (shape.strides[axis], extent)
    for numbers in [
      preprocessing.offset, preprocessing.scale, preprocessing.mean, preprocessing.std,
    ] where numbers.count != 1 && numbers.count != extent {
      throw WorkloadError(
        file: path,
        problem: "preprocess has \(numbers.count) numbers for \(extent) channels; "
          + "write one number, or one for each channel")
    }
    try checkNumbers()
  }

  /// The largest magnitude that an input or a number of the preprocessing may have.
  static let largestNumber = 1e12

  /// Refuses numbers that are not finite or so large that sums of their squares would not be.
  private func checkNumbers() throws {
    let lists = [
      ("offset", preprocessing.offset), ("scale", preprocessing.scale),
      ("mean", preprocessing.mean), ("std", preprocessing.std),
    ]
    for (name, numbers) in lists where numbers.contains(where: { abs($0) > Self.largestNumber }) {
      throw WorkloadError(
        file: file, problem: "preprocess has a \(name) above 1e12 in magnitude; scale the inputs")
    }
    if preprocessing.std.contains(where: { abs($0) < 1 / Self.largestNumber }) {
      throw WorkloadError(
        file: file, problem: "preprocess has a std below 1e-12 in magnitude; scale the inputs")
    }
    guard !array.isInteger else { return }
    for sample in 0..<array.sampleCount {
      let numbers = array.floats(sample * shape.count..<(sample + 1) * shape.count)
      if let wrong = numbers.firstIndex(where: { !(abs($0) <= Float(Self.largestNumber)) }) {
        throw WorkloadError(
          file: file,
          problem: "element \(wrong) of sample \(sample) is \(numbers[wrong]); "
            + "inputs are finite and at most 1e12 in magnitude")
      }
    }
  }

  /// The samples, preprocessed: `value = ((x - offset) * scale - mean) / std`.
  public var samples: SampleSet {
    let isPlain = preprocessing == Preprocessing()
    return SampleSet(count: array.sampleCount, source: file) { sample in
      let count = shape.count
      let raw = array.floats(sample * count..<(sample + 1) * count)
      if isPlain && table.isEmpty { return raw }
      func number(_ list: [Double], _ channel: Int) -> Double {
        list.count == 1 ? list[0] : list[channel]
      }
      return (0..<count).map { index in
        let value = raw[table.isEmpty ? index : table[index]]
        guard !isPlain else { return value }
        let channel = index / channelAxis.stride % channelAxis.extent
        let scaled =
          (Double(value) - number(preprocessing.offset, channel))
          * number(preprocessing.scale, channel)
        return Float(
          (scaled - number(preprocessing.mean, channel)) / number(preprocessing.std, channel))
      }
    }
  }
}

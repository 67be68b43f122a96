internal import Networks

/// Samples that a thread takes through the last layers of a network together, layer by layer.
///
/// A fully connected layer reads all its weights for each sample: they are read once for several
/// samples. The layers before the first one that gains by it run sample by sample.
struct SamplesTogether: Sendable {
  /// The samples; 1 where nothing gains by it.
  let count: Int
  /// The first layer that they run together.
  let first: Int
  /// The numbers of the layers of products that take several samples at once.
  let layers: Set<Int>

  /// The bytes of weights from which on it pays to read them less often.
  private static let manyWeights = 256 << 10
  /// More samples gain little.
  private static let most = 16
  /// The bytes that the own values of all samples may take.
  private static let room = 1 << 20
  private static let fewest = 4

  /// The layers that samples may start to run together at, the first ones first.
  ///
  /// - Parameter count: samples that are asked for; any layer that allows it is good then.
  static func layers(_ steps: [StoredStep], _ linears: [LinearPlan], _ count: Int?) -> [Int] {
    steps.indices.filter { index in
      guard case .linear(let number) = steps[index], let form = linears[number].formOfSamples
      else { return false }
      return count != nil || form.weights.count >= manyWeights
    }
  }

  /// The samples whose own values fit the room; 1 where those are too few to matter.
  static func count(ownByteCount: Int) -> Int {
    let count = min(most, room / max(1, ownByteCount))
    return count < fewest ? 1 : count
  }
}

extension LinearPlan {
  /// Outputs of several samples that are rows of one product: each sample has one output.
  struct SampleRows {
    /// The samples.
    let count: Int
    /// The bytes from one sample's inputs to the next one's, and of the results.
    let stride: Int
  }

  /// The form of a layer of which several samples can be computed at once: one output each, and
  /// figures that do not depend on which samples those are.
  var formOfSamples: ByteLinear? {
    guard decoding == nil, case .panels(let form) = bytes, outputsPerChannel == 1, form.groups == 1,
      form.columns.border == nil, form.narrow == nil, form.requantize != nil
    else { return nil }
    return form
  }
}

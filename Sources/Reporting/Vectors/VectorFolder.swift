public import Execution
internal import Arithmetic
internal import Interchange
internal import Networks

/// Golden vectors: the integers of every layer of a few samples, for a recomputation elsewhere.
///
/// `reports/README.md` describes `vectors.json` and the arrays beside it.
public enum VectorFolder {
  /// Runs the first samples and writes every layer's arrays to a folder of its own, and `vectors.json`.
  ///
  /// Arrays are stacked over the samples on their first axis; images are channel-last.
  ///
  /// - Parameters:
  ///   - executor: the network made ready for its arithmetic.
  ///   - count: the samples.
  ///   - codes: the input codes of a sample in ONNX axis order.
  ///   - path: the folder; created, and emptied of what was written when something fails.
  public static func write(
    _ executor: IntegerExecutor, count: Int, codes: (Int) -> [Int32], to path: String
  ) throws(ReportError) {
    guard count > 0 else { throw ReportError(path: path, reason: .noSamples) }
    let network = executor.network
    for (value, format) in network.quantizations.map(\.format).enumerated() where format.isUneven {
      // Codes of thresholds alone are integers, whatever their format.
      guard format.hasRanks || network.rescales(value) else { continue }
      let layer = value == 0 ? "input" : network.layers[value - 1].name
      throw ReportError(
        path: path, reason: .unevenCodes(layer: layer, format: format.description))
    }
    for (layer, arithmetic) in zip(network.layers, executor.arithmetics) {
      guard case .linear = layer.operation, let float = arithmetic.finalAccumulator.float else {
        continue
      }
      throw ReportError(
        path: path, reason: .floatSums(layer: layer.name, accumulator: float.description))
    }
    var created = try FolderFiles.create(path)
    var files: [String] = []
    do throws(ReportError) {
      let trace = StackedTrace(executor, count: count, codes: codes)
      var layers: [JSONValue] = []
      for index in executor.network.layers.indices {
        let vectors = LayerVectors(executor, layer: index, trace: trace)
        created += try FolderFiles.create("\(path)/\(vectors.folder)")
        for array in vectors.arrays {
          let file = "\(path)/\(vectors.folder)/\(array.name).npy"
          do throws(NumPyError) {
            try NumPyFile.write(array.elements, as: array.type, shape: array.shape, to: file)
          } catch {
            throw ReportError(path: file, reason: .array(error.description))
          }
          files.append(file)
        }
        layers.append(vectors.description)
      }
      var description = JSONObject()
      description.add("schema", 1)
      description.add("network", executor.network.name)
      description.add("samples", count)
      description.add("arithmetic", arithmetic(executor))
      description.add("layers", .array(layers))
      try FolderFiles.write(
        [(name: "vectors.json", text: description.value.fileText)], to: path)
    } catch {
      for file in files { FolderFiles.remove(file: file) }
      FolderFiles.remove(folders: created)
      throw error
    }
  }

  /// The arithmetic of the layers of products, when it is the same for all.
  private static func arithmetic(_ executor: IntegerExecutor) -> JSONValue? {
    let specs = zip(executor.network.layers, executor.arithmetics).compactMap { layer, spec in
      if case .linear = layer.operation { spec } else { nil }
    }
    guard Set(specs).count == 1 else { return nil }
    return specs.first.map {
      JSONReport.arithmetic($0, followsMapping: !executor.orders.isEmpty)
    }
  }
}

/// Every value and accumulator of a few samples, one sample after the other.
struct StackedTrace {
  /// The samples.
  let count: Int
  /// The codes of each value as stored: value 0 is the input, `i + 1` the output of layer `i`.
  private(set) var values: [[Int32]]
  /// The accumulator contents of each layer; empty for layers without products.
  private(set) var contents: [[Int64]]

  init(_ executor: IntegerExecutor, count: Int, codes: (Int) -> [Int32]) {
    let layers = executor.network.layers
    self.count = count
    var values = [[Int32]](repeating: [], count: layers.count + 1)
    var contents = [[Int64]](repeating: [], count: layers.count)
    let first = layers.firstIndex { $0.inputs.contains(0) }
    for sample in 0..<count {
      _ = executor.trace(codes(sample)) { trace in
        if trace.layer == first, let place = layers[trace.layer].inputs.firstIndex(of: 0) {
          values[0] += trace.inputs[place]
        }
        values[trace.layer + 1] += trace.output
        contents[trace.layer] += trace.contents ?? []
      }
    }
    self.values = values
    self.contents = contents
  }
}

extension QuantizedNetwork {
  /// Whether a value is made by rounding real numbers, where its format is unevenly spaced.
  fileprivate func rescales(_ value: Int) -> Bool {
    guard value > 0 else { return false }
    let operation = layers[value - 1].operation
    if case .linear(let linear) = operation { return linear.outputStage == .rescaled }
    if case .pool(let pool) = operation { return pool.kind == .average }
    if case .binary = operation { return true }
    return false
  }
}

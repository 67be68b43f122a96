public import Networks
internal import Tensors

/// The float reference: the same graph in float32.
///
/// - Exactness: float32 sums in the order ky, kx, ic; activations in double; averages in double.
public struct FloatExecutor: Sendable {
  /// The network.
  public let network: VerifiedNetwork
  let plans: [FloatLayerPlan]
  let inputPlaces: [Int]
  let outputIndices: [Int]
  /// The last layer that reads each value.
  private let lastReaders: [Int]

  /// Packs the weights of a network.
  public init(_ network: VerifiedNetwork) throws(ExecutionError) {
    self.network = network
    var plans: [FloatLayerPlan] = []
    for index in network.network.layers.indices {
      plans.append(try FloatLayerPlan(network, layer: index))
    }
    self.plans = plans
    inputPlaces = StorageOrder.storedIndices(network.shapes[0])
    outputIndices = StorageOrder.logicalIndices(network.shapes[network.network.output])
    var readers = [Int](repeating: -1, count: network.shapes.count)
    for (index, layer) in network.network.layers.enumerated() {
      for input in layer.inputs { readers[input] = index }
    }
    readers[network.network.output] = network.network.layers.count
    lastReaders = readers
  }

  /// The result of one sample, both in ONNX axis order.
  ///
  /// - Parameters:
  ///   - visit: sees every value (0 is the input) in storage order.
  ///   - visitCell: sees the number of each LSTM layer and the largest magnitude of its cell.
  public func output(
    _ sample: [Float], visit: (Int, [Float]) -> Void = { _, _ in },
    visitCell: (Int, Float) -> Void = { _, _ in }
  ) -> [Float] {
    var values = [[Float]](repeating: [], count: network.shapes.count)
    var stored = [Float](repeating: 0, count: sample.count)
    for (index, place) in inputPlaces.enumerated() { stored[place] = sample[index] }
    values[0] = stored
    visit(0, stored)
    for (index, plan) in plans.enumerated() {
      let layer = network.network.layers[index]
      let count = network.shapes[index + 1].count
      var result = [Float](repeating: 0, count: count)
      result.withUnsafeMutableBufferPointer { result in
        guard let target = result.baseAddress else { return }
        Self.withPointers(layer.inputs.map { values[$0] }) { inputs in
          if case .lstm(let lstm) = plan {
            visitCell(index, lstm.run(inputs[0], target))
          } else {
            plan.run(inputs, target, count: count)
          }
        }
      }
      if case .clip(let low, let high) = layer.fusedActivation {
        result.withUnsafeMutableBufferPointer { result in
          for place in result.indices {
            let value = result[place]
            result[place] = value < low ? low : (value > high ? high : value)
          }
        }
      }
      visit(index + 1, result)
      values[index + 1] = result
      for input in layer.inputs where lastReaders[input] == index { values[input] = [] }
    }
    let output = values[network.network.output]
    var logical = [Float](repeating: 0, count: output.count)
    for (place, index) in outputIndices.enumerated() { logical[index] = output[place] }
    return logical
  }

  /// The addresses of some arrays during a call.
  private static func withPointers<Element>(
    _ arrays: [[Element]], _ body: ([UnsafePointer<Element>]) -> Void
  ) {
    func next(_ index: Int, _ pointers: [UnsafePointer<Element>]) {
      guard index < arrays.count else { return body(pointers) }
      arrays[index].withUnsafeBufferPointer { buffer in
        guard let address = buffer.baseAddress else { return }
        next(index + 1, pointers + [address])
      }
    }
    next(0, [])
  }
}

public import Networks
internal import Tensors

/// Whether a pool runs in the output stage of the layer before it, on devices that can.
public enum PoolFusion: Hashable, Sendable {
  /// Layer and pool run apart.
  case none
  /// The layer's outputs go through a pool that leaves this many elements of a sample.
  case pools(into: Int)
  /// The layer is a pool that runs in the output stage of the layer before.
  case isPooled
}

extension PoolFusion {
  /// The fusion of a layer of a network: a pool joins the convolution that it alone reads.
  public static func fusion(of index: Int, in network: VerifiedNetwork) -> PoolFusion {
    let layers = network.network.layers
    func pool(after producer: Int) -> Int? {
      guard case .convolution(let convolution) = layers[producer].operation,
        !convolution.window.isTransposed, network.network.output != producer + 1
      else { return nil }
      let readers = layers.indices.filter { layers[$0].inputs.contains(producer + 1) }
      guard readers.count == 1, let reader = readers.first,
        case .pool = layers[reader].operation
      else { return nil }
      return reader
    }
    if case .pool = layers[index].operation {
      let producer = layers[index].inputs[0] - 1
      return producer >= 0 && pool(after: producer) == index ? .isPooled : .none
    }
    guard let pool = pool(after: index) else { return .none }
    return .pools(into: network.shapes[pool + 1].count)
  }
}

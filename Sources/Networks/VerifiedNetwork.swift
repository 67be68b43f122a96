public import Tensors

/// A network whose layers fit together, with the shape of every value.
public struct VerifiedNetwork: Hashable, Sendable {
  /// The network.
  public let network: Network
  /// The shape of each value: 0 is the input, `i + 1` the output of layer `i`.
  public let shapes: [Shape]

  init(network: Network, shapes: [Shape]) {
    self.network = network
    self.shapes = shapes
  }
}

extension Network {
  /// The most elements that a value or a weight tensor may have: 2^31.
  static let largestValue = 1 << 31

  /// The network with the shape of every value inferred and every layer checked.
  ///
  /// A layer that reads a value without a known shape is not checked further, so one mistake gives one
  /// line.
  ///
  /// - Throws: `NetworkError` with all problems: shapes that do not fit, windows that do not fit,
  ///   wrong groups, wrong or non-finite constants, reads of later values, duplicate names, a network
  ///   without layers, values above 2^31 elements.
  public func verified() throws(NetworkError) -> VerifiedNetwork {
    var problems = structuralProblems
    var shapes: [Shape?] = []
    do throws(OperationProblem) {
      try inputShape.checkValue()
      guard inputShape.rank > 0, inputShape[0] == 1 else {
        throw OperationProblem(
          "shape \(inputShape) must describe one sample; put a leading axis of 1")
      }
      shapes.append(inputShape)
    } catch {
      problems.append("network input: \(error.text)")
      shapes.append(nil)
    }
    for (index, layer) in layers.enumerated() {
      let place = "layer '\(layer.name)': "
      problems += layer.constantProblems.map { place + $0 }
      if let later = layer.inputs.first(where: { !(0...index).contains($0) }) {
        problems.append(
          place + "reads value \(later), but only values 0 to \(index) exist before it; "
            + "order layers so that each reads only earlier ones")
        shapes.append(nil)
        continue
      }
      let known = layer.inputs.compactMap { shapes[$0] }
      guard known.count == layer.inputs.count else {
        shapes.append(nil)
        continue
      }
      do throws(OperationProblem) {
        let shape = try layer.operation.resultShape(of: known)
        try shape.checkValue()
        shapes.append(shape)
      } catch {
        problems.append(place + error.text)
        shapes.append(nil)
      }
    }
    let inferred = shapes.compactMap { $0 }
    guard problems.isEmpty, inferred.count == shapes.count else {
      throw NetworkError(problems: problems)
    }
    return VerifiedNetwork(network: self, shapes: inferred)
  }

  /// Problems of the list of layers itself.
  private var structuralProblems: [String] {
    var problems: [String] = []
    if layers.isEmpty {
      problems.append("network '\(name)': has no layers; give it at least one")
    } else if !(1...layers.count).contains(output) {
      problems.append(
        "network '\(name)': its output is value \(output), which no layer computes; "
          + "choose one of 1 to \(layers.count)")
    }
    var names: Set<String> = []
    var reported: Set<String> = []
    for layer in layers where !names.insert(layer.name).inserted {
      if reported.insert(layer.name).inserted {
        problems.append("layer '\(layer.name)': two layers have this name; rename one")
      }
    }
    return problems
  }
}

extension Shape {
  /// Throws unless every extent is at least 1 and there are at most 2^31 elements.
  func checkValue() throws(OperationProblem) {
    if extents.contains(where: { $0 < 1 }) {
      throw OperationProblem("shape \(self) has an extent below 1; every extent must be at least 1")
    }
    guard let count = checkedCount, count <= Network.largestValue else {
      throw OperationProblem("shape \(self) has more than 2^31 elements; use a smaller input")
    }
  }
}

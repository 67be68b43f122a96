import Execution
import Foundation
import Interchange
import Networks
import Tensors

/// How a float node test went.
enum ONNXNodeOutcome: Equatable {
  /// So many outputs were computed and equal the recorded ones within the tolerance.
  case equal(runs: Int)
  /// An output differs, or the model was refused for a reason that has no name.
  case differing(String)
  /// The case is beyond the float networks, for a named reason.
  case skipped(String)
  /// The case is one of operators that are not read.
  case otherOperator
}

extension ONNXNodeCase {
  /// The operators whose first axis counts samples: each is run on its own.
  private static let batched = [
    "averagepool", "basic_conv", "conv", "convtranspose", "globalaveragepool", "globalmaxpool",
    "maxpool",
  ]

  /// Refusals that have a name, by a part of their texts.
  private static let reasons: [(part: String, reason: String)] = [
    ("supported are 1-D and 2-D convolutions", "3-D windows"),
    ("supported are one [channels, height, width] image", "3-D windows"),
    ("is in training mode", "training mode"),
    ("must be 1 integers", "3-D windows"),
    ("takes nothing", "empty tensors"),
    ("extent below 1", "empty tensors"),
    ("to an integer type", "casts to integers and narrow floats"),
    ("element type", "element types without a float value here"),
    ("the graph has 0 inputs", "constants only"),
  ]

  /// Runs the model once for each real input, the other inputs bound as constants, and each output.
  ///
  /// A refusal counts for the first real input only: the others may be weights.
  func run() -> ONNXNodeOutcome {
    let inputs: [ONNXTensor]
    let outputs: [ONNXTensor]
    do throws(ONNXError) {
      _ = try ONNXFile.network(at: model)
    } catch {
      let isOther =
        error.reason.contains("operator ") && error.reason.contains("is not supported; supported")
      if isOther || error.reason.contains("names no operator set") { return .otherOperator }
    }
    do throws(ONNXError) {
      inputs = try self.inputs()
      outputs = try self.outputs()
    } catch {
      return Self.named(error.reason)
    }
    guard let first = inputs.firstIndex(where: \.isReal), first == 0 else {
      return .skipped(inputs.isEmpty ? "constants only" : "integer tensors")
    }
    if name.hasPrefix("cast"), let to = outputs.first?.elementType, to != 1, to != 11 {
      return .skipped("casts to integers and narrow floats")
    }
    var runs = 0
    for (index, input) in inputs.enumerated() where input.isReal {
      for output in outputs {
        do throws(ONNXNodeFailure) {
          let computed = try compute(output.name, inputs, activation: index)
          guard computed.count == output.elements.count else {
            return .differing("\(name) \(output.name): \(computed.count) elements")
          }
          let worst = zip(computed, output.elements).map(Self.error).max() ?? 0
          guard worst <= 1 else { return .differing("\(name) \(output.name): \(worst) tolerances") }
          runs += 1
        } catch {
          if index == first, output.name == outputs.first?.name { return Self.named(error.reason) }
        }
      }
    }
    return .equal(runs: runs)
  }

  /// An output of the model with one input as the network's and the others as constants.
  private func compute(
    _ output: String, _ inputs: [ONNXTensor], activation: Int
  ) throws(ONNXNodeFailure) -> [Float] {
    let isBatched = Self.batched.contains { name == $0 || name.hasPrefix($0 + "_") }
    var options = ONNXOptions(firstAxis: isBatched ? .samples : .data, output: output)
    for (index, input) in inputs.enumerated() where index != activation {
      options.constants[input.name] = input
    }
    let executor: FloatExecutor
    do {
      let network = try ONNXFile.network(at: model, options: options)
      executor = try FloatExecutor(try network.verified())
    } catch {
      throw ONNXNodeFailure(reason: "\(error)")
    }
    let size = executor.network.shapes[0].count
    let elements = inputs[activation].elements
    return stride(from: 0, to: elements.count, by: size).flatMap {
      executor.output(Array(elements[$0..<$0 + size]))
    }
  }

  private static func named(_ text: String) -> ONNXNodeOutcome {
    if let entry = reasons.first(where: { text.contains($0.part) }) {
      return .skipped(entry.reason)
    }
    return .differing(text)
  }

  /// The error of a number in units of the tolerance of the ONNX backend tests.
  private static func error(_ computed: Float, _ expected: Float) -> Double {
    if computed == expected || (computed.isNaN && expected.isNaN) { return 0 }
    let error = abs(Double(computed) - Double(expected)) / (1e-7 + 1e-3 * abs(Double(expected)))
    return error.isNaN ? .infinity : error
  }
}

/// Why a network could not be had or run.
private struct ONNXNodeFailure: Error {
  let reason: String
}

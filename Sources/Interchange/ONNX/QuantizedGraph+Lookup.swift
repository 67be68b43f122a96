internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXQuantizedGraph {
  /// Gather of constant codes by computed ones, cast to int32 or int64: an output code for each input code.
  ///
  /// Negative indices count from the end of the table; indices outside of it, which ONNX does not
  /// allow, are taken as the nearest that is inside.
  mutating func readLookup(_ node: ONNXNode) throws(ONNXProblem) -> Bool {
    guard node.type == .gather, node.inputs.count == 2, let type = widened[node.inputs[1]],
      let format = type.integer, case .activation(let codes)? = try graph.optional(node, 1),
      case .constant(let constant)? = try graph.optional(node, 0), let table = constant.integers,
      let results = types[node.inputs[0]], let output = results.integer
    else { return false }
    guard constant.shape.rank == 1, !table.isEmpty, output.bits <= 16 else {
      throw node.problem(
        "looks codes up in a table of \(constant.shape); its values must be one row of 2 to 16 bits"
      )
    }
    let count = table.count
    let entries = (format.lowest...format.highest).map { code -> Int32 in
      let index = min(max(code, -count), count - 1)
      return Int32(table[index < 0 ? index + count : index])
    }
    let quantization = ActivationQuantization(format: .affine(output), scale: 1, zeroPoint: 0)
    try define(node, append(node, .integer(.table(entries), quantization), [codes]), results)
    return true
  }
}

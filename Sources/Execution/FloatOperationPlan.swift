internal import Arithmetic
internal import Networks
internal import Tensors

/// A layer in float32 between float values of a quantized network, whose codes are bit patterns.
struct FloatOperationPlan: Sendable {
  let plan: FloatLayerPlan
  /// The elements of each input.
  let counts: [Int]

  init(
    layer: QuantizedLayer, operation: Operation, inputs: [ActivationQuantization],
    shapes: [Shape], output: ActivationQuantization, shape: Shape
  ) throws(ExecutionError) {
    guard (inputs + [output]).allSatisfy({ $0.format == .float32 }) else {
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("\(operation.kind) in float32 of integer codes"))
    }
    let float = Layer(name: layer.name, operation: operation, inputs: layer.inputs)
    plan = try FloatLayerPlan(float, shapes: shapes, shape: shape)
    counts = shapes.map(\.count)
  }

  /// Computes one sample.
  func run(
    _ inputs: [UnsafePointer<Int32>], _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    rebind(inputs, []) { floats in
      results.withMemoryRebound(to: Float.self, capacity: count) { target in
        plan.run(floats, target, count: count)
      }
    }
  }

  /// The inputs as floats during a call, one after the other.
  private func rebind(
    _ inputs: [UnsafePointer<Int32>], _ floats: [UnsafePointer<Float>],
    _ body: ([UnsafePointer<Float>]) -> Void
  ) {
    guard floats.count < inputs.count else { return body(floats) }
    inputs[floats.count].withMemoryRebound(to: Float.self, capacity: counts[floats.count]) {
      rebind(inputs, floats + [$0], body)
    }
  }
}

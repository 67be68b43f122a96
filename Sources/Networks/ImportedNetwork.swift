/// A network as a file holds it: of real numbers, or of integers with its own scales.
public enum ImportedNetwork: Sendable {
  /// Real numbers, to be quantized.
  case float(Network)
  /// Integers already: `.tflite`, QDQ and QLinear ONNX, QONNX.
  case quantized(QuantizedNetwork)
}

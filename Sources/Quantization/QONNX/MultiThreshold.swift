/// FINN's `MultiThreshold` of one channel: how many thresholds a number reaches.
///
/// `level = #{t : x >= t}`, `value = scale * level + bias`.
///
/// - Exactness: comparisons in float32; the thresholds may stand in any order. NaN reaches none.
/// - Source: qonnx 1.0.0, `custom_op/general/multithreshold.py`.
public struct MultiThreshold: Hashable, Sendable {
  /// The thresholds, ascending.
  public let thresholds: [Float]
  /// What the count is multiplied by: `out_scale`.
  public let scale: Float
  /// What is added then: `out_bias`.
  public let bias: Float

  /// Thresholds in any order.
  public init(thresholds: [Float], scale: Float = 1, bias: Float = 0) {
    self.thresholds = thresholds.sorted()
    self.scale = scale
    self.bias = bias
  }

  /// The count of thresholds that a number reaches.
  public func level(of x: Float) -> Int {
    var low = 0
    var high = thresholds.count
    while low < high {
      let middle = (low + high) / 2
      if x >= thresholds[middle] { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What the operator gives for a real number.
  public func value(of x: Float) -> Float { scale * Float(level(of: x)) + bias }
}

package import Arithmetic
package import Networks
internal import Tensors

/// The code of a mean of codes.
///
/// With s the sum of n codes, z zero points: `halfAway`: `s / n`, half away from zero; `truncate`: towards
/// zero; both take the input's scale for the output's. `halfEven` works in float32, every operation
/// rounded: over the whole image `rint((s - n z_x) * (s_x / (s_y n))) + z_y`; else, with r the sum of
/// `s_x (x - z_x)` in the order of the taps, `rint(r / n / s_y + z_y - lowest) + lowest`, lowest the
/// smallest code.
///
/// - Exactness: `halfEven` equals onnxruntime 1.31.1 on the QDQ pools of `Scripts/onnx/onnxruntime_vectors.py`
///   and on QLinearAveragePool and QLinearGlobalAveragePool of unsigned codes. A lone QLinearAveragePool of
///   signed codes under one scale does not count from the lowest code and rounds some ties in another way.
/// - Source: TFLite reference kernels; NNoM `local_avepool_q7_HWC`; onnxruntime `qlinear_pool.cc`.
package struct AveragePlan: Sendable {
  let rounding: AverageRounding
  let input: ActivationQuantization
  let output: ActivationQuantization
  /// Whether every output is the mean of the whole image.
  let isGlobal: Bool

  /// The mean over the windows of a pool.
  package init(
    _ rounding: AverageRounding, pool: Pool, input: ActivationQuantization,
    output: ActivationQuantization
  ) {
    self.rounding = rounding
    self.input = input
    self.output = output
    let window = pool.window
    isGlobal =
      window.kernelHeight == window.height && window.kernelWidth == window.width
      && window.padTop == 0 && window.padLeft == 0 && window.padBottom == 0
      && window.padRight == 0
  }

  /// Whether the taps are summed as float32 numbers, one after the other.
  var sumsFloats: Bool { rounding == .halfEven && !isGlobal }

  /// The float32 number of a code.
  func real(_ code: Int) -> Float { Float(input.scale) * Float(code - input.zeroPoint) }

  /// The code of the mean of `count` numbers.
  func code(floatSum sum: Float, count: Int) -> Int {
    guard count > 0 else { return output.zeroPoint }
    let mean = sum / Float(count)
    // Signed codes count from the lowest one, as onnxruntime turns them into unsigned ones.
    let lowest = output.codes.lowerBound
    let steps = mean / Float(output.scale) + Float(output.zeroPoint - lowest)
    return Requantization.saturating(steps.rounded(.toNearestOrEven)) + lowest
  }

  /// The code of the mean of `count` codes.
  func code(sum: Int, count: Int) -> Int {
    guard count > 0 else { return output.zeroPoint }
    switch rounding {
    case .halfAway: return (sum > 0 ? sum + count / 2 : sum - count / 2) / count
    case .truncate: return sum / count
    case .halfEven:
      let multiplier = Float(input.scale) / (Float(output.scale) * Float(count))
      let steps = Float(sum - count * input.zeroPoint) * multiplier
      return Requantization.saturating(steps.rounded(.toNearestOrEven)) + output.zeroPoint
    }
  }
}

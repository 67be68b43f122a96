internal import Glibc
internal import Networks

/// The mean Kullback-Leibler divergence of quantized class probabilities from the float ones.
///
/// `sum over classes of p * (log p - log q)`, in nats, averaged over the samples; p is of the float network.
///
/// - Exactness: float64; a quantized probability of 0 counts as half a step of its codes, and quantized
///   probabilities are divided by their sum.
/// - Source: S. Kullback, R. A. Leibler, Annals of Mathematical Statistics 22, 1951.
struct OutputDivergence {
  private let isSoftmax: Bool
  private let quantization: ActivationQuantization
  private var sum = 0.0
  private var count = 0

  /// A sum over no samples.
  ///
  /// - Parameter isSoftmax: whether outputs are probabilities; if not, they go through a softmax.
  init(isSoftmax: Bool, _ quantization: ActivationQuantization) {
    self.isSoftmax = isSoftmax
    self.quantization = quantization
  }

  /// The mean; nil of nothing, and where it is not a number.
  var mean: Double? { count > 0 && sum.isFinite ? sum / Double(count) : nil }

  /// Adds a sample: the codes and the float outputs.
  mutating func add(_ output: [Int32], _ float: [Float]) {
    let codes = logarithms(output.map { quantization.real(Int($0)) }, least: quantization.scale / 2)
    let reals = logarithms(float.map(Double.init), least: Double.leastNormalMagnitude)
    var divergence = 0.0
    for (real, code) in zip(reals, codes) { divergence += exp(real) * (real - code) }
    // Rounding must not make it negative.
    sum += max(divergence, 0)
    count += 1
  }

  /// The natural logarithms of the probabilities that outputs stand for.
  private func logarithms(_ outputs: [Double], least: Double) -> [Double] {
    if isSoftmax {
      let shares = outputs.map { max($0, least) }
      let total = shares.reduce(0, +)
      return shares.map { log($0 / total) }
    }
    let largest = outputs.max() ?? 0
    let total = log(outputs.reduce(0) { $0 + exp($1 - largest) })
    return outputs.map { $0 - largest - total }
  }
}

internal import Arithmetic
internal import Networks
internal import Quantization
public import Quantities
public import Simulation

extension Evaluation {
  /// The most bits that the values of one sample take at a time; see `LiveActivations`.
  public static func liveActivations(
    of result: SimulationResult, _ workload: Workload
  ) -> Bits {
    let widths = [inputFormat(of: result, workload).bits] + result.layers.map(\.outputs.bits)
    return Bits(LiveActivations(workload.network, widths: widths).most)
  }

  private static func inputFormat(
    of result: SimulationResult, _ workload: Workload
  ) -> NumberFormat {
    if let quantized = workload.quantized { return quantized.quantizations[0].format }
    let scheme = result.scheme ?? QuantizationScheme()
    return ValueFormats(workload.network.network, scheme: scheme).values[0]
  }
}

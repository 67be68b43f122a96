import Arithmetic
import Networks
import Quantization
import Simulation
import Synchronization
import Testing

@Suite struct CalibrationDetailTests {
  private static func scheme(_ change: (inout QuantizationScheme) -> Void) -> QuantizationScheme {
    var scheme = QuantizationScheme()
    change(&scheme)
    return scheme
  }

  @Test("min-max takes ranges alone; clipping and codebooks look at the distribution")
  func needs() {
    #expect(QuantizationScheme().calibrationDetail == [])
    for scheme in [
      Self.scheme { $0.calibrator = .percentile },
      Self.scheme { $0.layers["conv", default: LayerScheme()].calibrator = .kl },
      Self.scheme { $0.activations = .codebook(CodebookFormat(indexBits: 4)) },
      Self.scheme { $0.layers["fc", default: LayerScheme()].activations = .ternary },
    ] {
      #expect(scheme.calibrationDetail == .distributions)
    }
    #expect(Self.scheme { $0.biasCorrection = true }.calibrationDetail == .channelMeans)
  }

  @Test("the network is the same whether distributions were observed or not", arguments: 1...3)
  func sameNetwork(threads: Int) async throws {
    let workload = try SmallWorkload.workload(samples: 2)
    let scheme = QuantizationScheme()
    let ranges = try await Simulator(workload, threads: threads, schemes: [scheme])
    let all = try await Simulator(workload, threads: threads)
    #expect(try ranges.quantized(scheme) == all.quantized(scheme))
    let more = try await Simulator(
      workload, threads: threads, schemes: [scheme], detail: .distributions)
    let clipped = Self.scheme { $0.calibrator = .mse }
    #expect(try more.quantized(clipped) == all.quantized(clipped))
    #expect(try all.quantized(clipped) != all.quantized(scheme))
  }

  @Test("a scheme that needs what was not observed is refused, unless its scales are written in")
  func refused() async throws {
    let workload = try SmallWorkload.workload(samples: 2)
    let ranges = try await Simulator(workload, threads: 1, schemes: [QuantizationScheme()])
    let clipped = Self.scheme { $0.calibrator = .percentile }
    let error = #expect(throws: QuantizationError.self) { try ranges.quantized(clipped) }
    #expect(error?.description.contains("the distribution of values") == true)
    let written = try await Simulator(workload, threads: 1, schemes: [clipped]).calibrated(clipped)
    #expect(try ranges.calibrated(written) == written)
  }

  @Test("progress counts one pass over the samples for ranges, two with distributions")
  func progress() async throws {
    let workload = try SmallWorkload.workload(samples: 2)
    for (scheme, total) in [(QuantizationScheme(), 16), (Self.scheme { $0.calibrator = .kl }, 32)] {
      let totals = Mutex(Set<Int>())
      _ = try await Simulator(
        workload, threads: 1, schemes: [scheme],
        progress: { progress in
          guard progress.stage == "calibrating" else { return }
          totals.withLock { _ = $0.insert(progress.total) }
        })
      #expect(totals.withLock { $0 } == [total])
    }
  }
}

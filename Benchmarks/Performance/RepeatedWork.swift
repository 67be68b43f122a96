import Benchmark
import Work

/// Registers a piece of work, which is prepared once and repeated for a second.
func register(
  _ name: String, preparing work: @escaping @Sendable () async throws -> any RepeatableWork
) {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput, .peakMemoryResident], warmupIterations: 1,
    maxDuration: .seconds(1), maxIterations: 10_000)
  Benchmark(name, configuration: configuration) { benchmark, work in
    for _ in benchmark.scaledIterations { blackHole(try await work.run()) }
  } setup: {
    try await work()
  }
}

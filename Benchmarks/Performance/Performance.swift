import Benchmark

/// `swift package --package-path Benchmarks benchmark`, or `make bench`, with `--filter` for a part.
let benchmarks: @Sendable () -> Void = {
  registerKernels()
  registerNetworks()
  registerCosts()
}

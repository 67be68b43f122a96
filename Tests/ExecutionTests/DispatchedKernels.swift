import CKernels
import Testing

/// Suites that change the dispatch level, which is one for the process: one after the other.
@Suite(.serialized) enum DispatchedKernels {
  /// 0 portable, 1 AVX2, 2 AVX-512; a machine without an instruction set repeats a lower level.
  static let levels: [Int32] = [0, 1, 2]

  static func atLevel(_ level: Int32, _ body: () throws -> Void) rethrows {
    ww_limit_dispatch(level)
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    try body()
  }
}

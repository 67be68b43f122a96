/// A layer with a memory made ready to run: what it keeps from step to step, and from sample to sample
/// when the executor is told so.
protocol RecurrentPlan: Sendable {
  /// What the memory holds before the first step.
  var initialState: [Int32] { get }

  /// Computes one sample of all its steps; `state` is what the memory held before and holds after.
  func run(
    _ inputs: [UnsafePointer<Int32>], _ results: UnsafeMutablePointer<Int32>,
    state: inout [Int32])
}

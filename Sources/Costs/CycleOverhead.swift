public import Quantities

/// The cycles of a layer that neither compute nor wait for a periodic transfer, by cause.
public struct CycleOverhead: Hashable, Sendable {
  /// Starting the layer: calls, configuration.
  public var layer: Cycles
  /// Loading the first tiles, before the first product.
  public var onload: Cycles
  /// Filling and draining a systolic array, pass by pass.
  public var fill: Cycles
  /// Finishing outputs beside their products: requantization, stores, loop control.
  public var outputs: Cycles
  /// Storing the last tiles of outputs, after the last product.
  public var offload: Cycles

  /// These overheads.
  public init(
    layer: Cycles = .zero, onload: Cycles = .zero, fill: Cycles = .zero, outputs: Cycles = .zero,
    offload: Cycles = .zero
  ) {
    self.layer = layer
    self.onload = onload
    self.fill = fill
    self.outputs = outputs
    self.offload = offload
  }

  /// The sum of all.
  public var total: Cycles { layer + onload + fill + outputs + offload }

  /// The part in which the compute part works rather than waits: all but on- and off-loading.
  public var busy: Cycles { layer + fill + outputs }
}

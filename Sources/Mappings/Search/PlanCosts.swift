import Devices
import Quantities

/// What a layer costs beside its accesses, as a function of steps and passes.
///
/// - Model: that of the cost side, for ranking.
struct PlanCosts {
  /// The energy of the operations, which counts where energy is multiplied by cycles.
  var energy: Double
  /// The energy of each busy cycle.
  var energyPerBusyCycle: Double
  private var cyclesPerStep: Double
  private var cyclesPerPass: Double
  private var cycles = 0.0
  /// The cycles of each pass in which a systolic array only loads the operand that stays.
  private(set) var loadPerPass = 0.0
  /// The cycles before anything can move.
  private(set) var layer: Double

  init(work: LayerWork, device: Device, rate: Double) {
    let compute = device.compute
    let price = compute.macEnergy
    let widths = work.widths
    let outputs = work.elements(of: .outputs)
    energyPerBusyCycle = price.busyCycle.value
    (cyclesPerStep, cyclesPerPass, layer) = (0, 0, Double(compute.cyclesPerLayer))
    let addition = price.addition(accumulator: widths.partialSums).value
    switch work.kind {
    case .products:
      energy =
        Double(work.macs)
        * price.energy(
          weights: widths.multipliedWeights(on: compute),
          activations: widths.multipliedInputs(on: compute),
          accumulator: widths.partialSums
        ).value
      cyclesPerStep = 1 / rate
      cycles += Double(outputs) * compute.cyclesPerOutput
      if compute.isSystolic {
        let isHidden = device.memories.first(where: \.isPerUnit)?.isDoubleBuffered ?? false
        let isLoaded = compute.dataflow.stationary != .outputs && !isHidden
        loadPerPass = isLoaded ? Double(compute.rows) : 0
        cyclesPerPass = Double(compute.rows + compute.columns - 2) + loadPerPass
      }
    case .pool:
      energy = Double(work.bounds.iterations) * addition
      cycles += Double(work.bounds.iterations) * compute.cyclesPerElement
    case .elementwise:
      energy = Double(outputs) * addition
      cycles += Double(outputs) * compute.cyclesPerElement
    case .movement:
      energy = 0
      cycles += Double(outputs) * compute.cyclesPerElement
    case .none:
      (energy, layer) = (0, 0)
    }
  }

  /// The cycles in which the device works once the layer has started.
  func cycles(steps: Int, passes: Double) -> Double {
    cycles + Double(steps) * cyclesPerStep + passes * cyclesPerPass
  }
}

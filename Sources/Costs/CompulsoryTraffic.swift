import Devices
import Mappings
import Quantities

/// What must pass each link of a layer whatever the mapping.
///
/// - Model: every element enters each level that holds its operand at least once, and every output leaves
///   each of them once. A product reads from the innermost level each operand that its unit does not
///   keep; units that share an element share the read from a level that is shared.
/// - Validity: sound for `AccessCounts`.
struct CompulsoryTraffic {
  /// The bits that each port of each level moves.
  private(set) var bits: [[Int]]
  /// Their energy.
  private(set) var energy = Picojoules.zero
  /// The energy of what crosses from the outermost level inwards and back, at both ends.
  private(set) var outermostEnergy = Picojoules.zero

  private let device: Device

  init(work: LayerWork, device: Device) {
    self.device = device
    bits = device.memories.map { [Int](repeating: 0, count: $0.portCount) }
    let isProduct = work.kind == .products
    let latched = isProduct ? device.compute.dataflow.latched : [.outputs]
    for operand in work.operands {
      let holders = device.memories.indices.filter {
        device.memories[$0].operands.contains(operand)
          && (isProduct || !device.memories[$0].isPerUnit)
      }
      for (index, parent) in holders.enumerated() {
        let child = index + 1 < holders.count ? holders[index + 1] : nil
        let isKept = child != nil || latched.contains(operand)
        let before = energy
        if operand == .outputs {
          addOutputs(work, parent, child, isKept: isKept)
        } else {
          addInward(operand, work, parent, child, isKept: isKept)
        }
        if parent == 0 { outermostEnergy += energy - before }
      }
    }
  }

  private mutating func addInward(
    _ operand: Operand, _ work: LayerWork, _ parent: Int, _ child: Int?, isKept: Bool
  ) {
    let isWeight = operand == .weights
    let width = isWeight ? work.widths.weights : work.widths.inputs
    let isShared = !device.memories[parent].isPerUnit
    var moved = work.elements(of: operand)
    if !isKept {
      let used = isWeight ? work.macs : work.usedInputs
      let copies = device.compute.mostCopies(
        of: operand, work, along: device.memories[parent].sharedAlong)
      moved = max(moved, (used + copies - 1) / copies)
    }
    let biases = isWeight && isShared ? work.biasCount * work.widths.bias : 0
    add(operand, at: parent, .inner, reads: moved * width + biases)
    if let child {
      let isChildShared = !device.memories[child].isPerUnit
      add(operand, at: child, .outer, writes: moved * width + (isChildShared ? biases : 0))
    }
  }

  private mutating func addOutputs(
    _ work: LayerWork, _ parent: Int, _ child: Int?, isKept: Bool
  ) {
    let outputs = work.elements(of: .outputs)
    let isShared = !device.memories[parent].isPerUnit
    var moved = outputs
    if !isKept {
      let copies = device.compute.mostCopies(
        of: .outputs, work, along: device.memories[parent].sharedAlong)
      moved = max(moved, (work.macs + copies - 1) / copies)
    }
    let partial = work.widths.partialSums
    let saved = isShared ? outputs * (partial - work.widths.outputs) : 0
    // Of what a unit reads back, the outputs that begin there were counted on their way out.
    add(
      .outputs, at: parent, .inner, reads: (moved - outputs) * partial,
      writes: moved * partial - saved)
    if let child {
      let isChildShared = !device.memories[child].isPerUnit
      add(
        .outputs, at: child, .outer,
        reads: outputs * (isChildShared ? work.widths.outputs : partial))
    }
  }

  private mutating func add(
    _ operand: Operand, at level: Int, _ side: PortSide, reads: Int = 0, writes: Int = 0
  ) {
    let memory = device.memories[level]
    if reads > 0 { bits[level][memory.port(for: operand, isWrite: false, side: side)] += reads }
    if writes > 0 { bits[level][memory.port(for: operand, isWrite: true, side: side)] += writes }
    if let price = memory.readEnergy[operand] { energy += Bits(reads) * price }
    if let price = memory.writeEnergy[operand] { energy += Bits(writes) * price }
  }
}

extension Picojoules {
  fileprivate static func - (left: Picojoules, right: Picojoules) -> Picojoules {
    Picojoules(left.value - right.value)
  }
}

extension Compute {
  /// The most units along some dimensions that may use one element of an operand in one step.
  func mostCopies(
    of operand: Operand, _ work: LayerWork, along dimensions: Set<ArrayDimension>
  ) -> Int {
    func copies(_ axes: [LoopAxis], _ units: Int, _ dimension: ArrayDimension) -> Int {
      guard dimensions.contains(dimension) else { return 1 }
      // Windows overlap: an input may serve several outputs and taps.
      let shared = axes.filter { axis in
        switch axis {
        case .outputRows, .outputColumns, .kernelRows, .kernelColumns:
          operand == .inputs || !operand.depends(on: axis)
        case .batch, .groups, .outputChannels, .inputChannels: !operand.depends(on: axis)
        }
      }
      return min(units, shared.reduce(1) { min($0 * max(work.bounds[$1], 1), units) })
    }
    return copies(rowAxes, rows, .rows) * copies(columnAxes, columns, .columns)
      * copies(laneAxes, lanes, .lanes)
  }
}

extension LayerWork {
  /// The inputs that products use, padding taps left out: each as often as it is used.
  var usedInputs: Int {
    func used(_ outputs: Int, _ taps: Int, step: Int, distance: Int, pad: Int, extent: Int) -> Int {
      if taps == 1, pad == 0, (outputs - 1) * step < extent { return outputs }
      var used = 0
      for tap in 0..<taps {
        let start = tap * distance - pad
        let first = start < 0 ? (-start + step - 1) / step : 0
        let last = extent > start ? min(outputs - 1, (extent - 1 - start) / step) : -1
        used += max(0, last - first + 1)
      }
      return used
    }
    return bounds.batch * bounds.groups * bounds.outputChannels * bounds.inputChannels * inputCount
      * used(
        bounds.outputRows, bounds.kernelRows, step: bounds.strideY, distance: bounds.dilationY,
        pad: bounds.padTop, extent: bounds.inputHeight)
      * used(
        bounds.outputColumns, bounds.kernelColumns, step: bounds.strideX,
        distance: bounds.dilationX, pad: bounds.padLeft, extent: bounds.inputWidth)
  }
}

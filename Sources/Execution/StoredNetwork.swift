internal import Networks
internal import Tensors

/// How the layers of a network run on stored codes.
struct StoredNetwork {
  var linears: [LinearPlan] = []
  var recurrents: [any RecurrentPlan] = []
  var steps: [StoredStep] = []
  let layout: ValueLayout
  let together: SamplesTogether

  /// Decides for each value how it is stored and for each layer how it runs.
  ///
  /// - Parameters:
  ///   - usesBytes: false keeps every code in a word.
  ///   - together: the samples that run together where layers allow it; nil where that is faster.
  init(_ network: QuantizedNetwork, _ plans: [LayerPlan], usesBytes: Bool, together: Int?) {
    var storages = network.quantizations.map { usesBytes ? CodeStorage($0) : .words }
    // A clamp may let codes through that are none of the format: those need words.
    for (index, layer) in network.layers.enumerated() {
      let inputs = layer.inputs.map { network.quantizations[$0] }
      let codes = network.quantizations[index + 1].codes
      if !layer.staysInside(codes, inputs: inputs) { storages[index + 1] = .words }
    }
    var renamed: Set<Int> = []
    var inPlace: Set<Int> = []
    var constants: Set<Int> = []
    for (index, plan) in plans.enumerated() {
      let inputs = network.layers[index].inputs
      let output = storages[index + 1]
      switch plan {
      case .linear(let linear):
        steps.append(.linear(linears.count))
        linears.append(linear)
      case .recurrent(let recurrent):
        steps.append(.recurrent(recurrents.count))
        recurrents.append(recurrent)
      case .constant:
        constants.insert(index)
        steps.append(.nothing)
      case .gather(nil, _) where storages[inputs[0]] == output:
        renamed.insert(index)
        steps.append(.nothing)
      case .pool, .binary, .table, .concatenation, .gather, .softmax, .matrixProduct, .thresholds,
        .rescale, .realCodes, .float, .nearest:
        let step = StoredStep.bytes(
          plan, inputs: inputs.map { network.quantizations[$0] }, inputs.map { storages[$0] },
          output: output)
        if case .table = step { inPlace.insert(index) }
        steps.append(step ?? .words)
      }
    }
    let candidates = recurrents.isEmpty ? SamplesTogether.layers(steps, linears, together) : []
    func layout(_ first: Int?) -> ValueLayout {
      ValueLayout(
        network, storages: storages, renamed: renamed, inPlace: inPlace, constants: constants,
        together: first)
    }
    let all = linears
    let layers = Set(all.indices.filter { all[$0].formOfSamples != nil })
    for first in candidates {
      let layout = layout(first)
      let samples = together ?? SamplesTogether.count(ownByteCount: layout.ownByteCount)
      guard samples > 1 else { continue }
      self.layout = layout
      self.together = SamplesTogether(count: samples, first: first, layers: layers)
      return
    }
    self.layout = layout(nil)
    self.together = SamplesTogether(count: 1, first: steps.count, layers: [])
  }
}

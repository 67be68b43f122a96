import Arithmetic
import Devices

extension DeviceReader {
  /// The arithmetic of a device and the preset it comes from, or nil (reported).
  ///
  /// Without a preset the five keys that every device has are required; with one they replace what it says.
  mutating func arithmetic(
    _ node: YAMLNode
  ) -> (spec: ArithmeticSpec, preset: ArithmeticPreset?, reduction: SpatialReduction?)? {
    let keys = [
      "source", "preset", "accumulator", "outerAccumulator", "tile", "innerScope", "order", "lanes",
      "bias", "zeroPoint", "requantization", "addition", "average", "softmax", "spatialReduction",
    ]
    guard let map = node.mapping(keys: keys, &problems) else { return nil }
    let source = self.source(map)
    let preset = map["preset"].flatMap { self.preset($0) }
    let isComplete = map["preset"] != nil
    var spec = preset?.spec ?? ArithmeticSpec()
    accumulators(map, into: &spec, isComplete: isComplete, from: source)
    if let order = entry(map, "order", example: "kernel-major", isOptional: isComplete)?
      .choice(of: AccumulationOrder.self, &problems)
    {
      spec.order = order
    }
    if let value = figure(map, "lanes", example: "1", isOptional: isComplete, from: source),
      let lanes = value.integer(in: 1...1024, example: 1, &problems)
    {
      spec.lanes = lanes
    }
    if let bias = entry(map, "bias", example: "last", isOptional: isComplete)?
      .choice(of: BiasPosition.self, &problems)
    {
      spec.bias = bias
    }
    if let flavour = entry(map, "requantization", example: "gemmlowp", isOptional: isComplete)?
      .choice(of: RequantizationFlavour.self, &problems)
    {
      spec.replaceRequantization(with: flavour)
    }
    if let handling = map["zeroPoint"]?.choice(of: ZeroPointHandling.self, &problems) {
      spec.zeroPoint = handling
    }
    if let addition = map["addition"]?.choice(of: AdditionFlavour.self, &problems) {
      spec.addition = addition
    }
    if let average = map["average"]?.choice(of: AverageRounding.self, &problems) {
      spec.average = average
    }
    if let softmax = map["softmax"]?.choice(of: SoftmaxFlavour.self, &problems) {
      spec.softmax = softmax
    }
    let reduction = map["spatialReduction"]?.choice(of: SpatialReduction.self, &problems)
    return (spec, preset, reduction)
  }

  private mutating func preset(_ node: YAMLNode) -> ArithmeticPreset? {
    guard let text = node.text(example: "tflm", &problems) else { return nil }
    do throws(ArithmeticPreset.SpellingError) {
      return try ArithmeticPreset(spelling: text)
    } catch {
      switch error {
      case .unknown:
        problems.add(
          node.place, "\"\(text)\" is not known here",
          Suggestion.remedy(for: text, among: ArithmeticPreset.spellings, listing: "write one of"))
      case .fixedPoint(_, let rule):
        problems.add(node.place, rule, "write e.g. ap-fixed<16,6> or ap-fixed<16,6,RND,SAT>")
      }
      return nil
    }
  }

  /// One or two levels of accumulators.
  ///
  /// `accumulator` is the one that ends up with the whole sum, unless `outerAccumulator` is there too.
  private mutating func accumulators(
    _ map: YAMLMapping, into spec: inout ArithmeticSpec, isComplete: Bool, from source: String?
  ) {
    let own = figure(
      map, "accumulator", example: "20:saturate", isOptional: isComplete, from: source
    ).flatMap { accumulator($0) }
    if let node = map["outerAccumulator"] {
      let outer = figure(node, kind: .architecture, from: source).flatMap { accumulator($0) }
      if spec.outer == nil { _ = map.required("tile", example: "tile: 64", &problems) }
      if let outer {
        spec.outer = OuterAccumulator(tile: spec.outer?.tile ?? 1, accumulator: outer)
      }
      if let own { spec.accumulator = own }
    } else if let own {
      spec.finalAccumulator = own
    }
    for key in ["tile", "innerScope"] where map["outerAccumulator"] == nil && spec.outer == nil {
      guard let node = map[key] else { continue }
      problems.add(
        node.place, "there is no outer accumulator",
        "add e.g. `outerAccumulator: 32:wrap`, or remove \(key)")
    }
    if let node = map["tile"],
      let tile = figure(node, kind: .architecture, from: source)?
        .integer(in: 1...65_536, example: 2, &problems)
    {
      spec.outer?.tile = tile
    }
    if let scope = map["innerScope"]?.choice(of: InnerScope.self, &problems) {
      spec.innerScope = scope
    }
  }

  /// The value of a key, required unless a preset has it.
  private mutating func entry(
    _ map: YAMLMapping, _ key: String, example: String, isOptional: Bool
  ) -> YAMLNode? {
    isOptional ? map[key] : map.required(key, example: "\(key): \(example)", &problems)
  }

  /// A figure, required unless a preset has it.
  private mutating func figure(
    _ map: YAMLMapping, _ key: String, example: String, isOptional: Bool, from source: String?
  ) -> YAMLNode? {
    if isOptional && map[key] == nil { return nil }
    return figure(map, key, example: "\(key): \(example)", from: source)
  }

  mutating func accumulator(_ node: YAMLNode) -> Accumulator? {
    guard let text = node.text(example: "20:saturate", &problems) else { return nil }
    do throws(Accumulator.SpellingError) {
      return try Accumulator(spelling: text)
    } catch {
      switch error {
      case .width(let bits):
        problems.add(
          node.place, "an accumulator has 2 to 64 bits, not \(bits)", "write e.g. 20:saturate")
      case .form:
        problems.add(
          node.place, "\"\(text)\" is not an accumulator",
          "write BITS:wrap, BITS:saturate, unlimited or a float such as fp16")
      }
      return nil
    }
  }
}

internal import Quantities

extension ConvolutionCore {
  /// The largest atom, cycles of holding and so on, so that sizes never overflow.
  private static let sizes = 1...1024

  /// The rules of a core and of the memories that it needs.
  func verify(_ device: Device, _ problems: inout DeviceProblems) {
    let path = "compute.convolutionCore"
    problems.require(
      !atoms.isEmpty, "\(path).atoms", "a core needs an atom of channels and taps",
      "write e.g. [{channels: 16, taps: 1}]")
    for (index, atom) in atoms.enumerated() {
      for (key, size) in [("channels", atom.channels), ("taps", atom.taps)] {
        problems.require(
          Self.sizes.contains(size), "\(path).atoms[\(index)].\(key)",
          "an atom has 1 to 1024 \(key)", "write e.g. 1")
      }
    }
    for (key, size) in [
      ("outputAtom", outputAtom), ("rowAtom", rowAtom), ("columnAtom", columnAtom),
      ("storageAtom", storageAtom), ("weightAtom", weightAtom),
    ] {
      problems.require(
        Self.sizes.contains(size), "\(path).\(key)", "an atom has 1 to 1024 elements",
        "write e.g. 16")
    }
    problems.require(
      weightHold == 0 || Self.sizes.contains(weightHold), "\(path).weightHold",
      "weights are held for 0 to 1024 cycles", "write e.g. 32")
    problems.require(
      (0...1e6).contains(cyclesPerTap), "\(path).cyclesPerTap",
      "cycles must lie between 0 and 1e6", "write e.g. 0.25")
    verifyMemories(device, &problems)
  }

  private func verifyMemories(_ device: Device, _ problems: inout DeviceProblems) {
    problems.require(
      !device.memories.contains(where: \.isPerUnit), "memories",
      "the engines of a convolution core share their memories",
      "remove perUnit, or the level")
    guard let buffer = device.convolutionBuffer, buffer > 0 else {
      problems.require(
        device.memories.isEmpty, "memories",
        "a convolution core needs a buffer inside the outermost level",
        "add a level with operands [weights, inputs]")
      return
    }
    let capacity = device.memories[buffer].capacity
    problems.require(
      capacity != nil, "memories[\(buffer)].capacity", "the convolution buffer is finite",
      "write e.g. \"512 KiB\"")
    problems.require(
      capacity.map { $0 >= .kibibytes(1) || $0 == .zero } ?? true, "memories[\(buffer)].capacity",
      "a convolution buffer holds 1 KiB at least", "write e.g. \"512 KiB\"")
    problems.require(
      device.memories[buffer].operandCapacity.isEmpty, "memories[\(buffer)].capacity",
      "weights and inputs share the convolution buffer", "write one capacity, e.g. \"512 KiB\"")
    for (index, level) in device.memories.enumerated() where index > buffer {
      problems.require(
        level.operands == [.outputs], "memories[\(index)].operands",
        "a level behind the convolution buffer holds sums", "write [outputs]")
    }
    for (index, level) in device.memories.enumerated() where index > 0 && index < buffer {
      problems.require(
        level.operands == [.inputs, .outputs], "memories[\(index)].operands",
        "a level before the convolution buffer holds feature maps", "write [inputs, outputs]")
    }
  }
}

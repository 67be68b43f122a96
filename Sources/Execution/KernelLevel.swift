internal import CKernels

/// The instruction sets that the kernels can use.
public enum KernelLevel {
  /// What the environment variable `WIDTHWISE_KERNELS` may be on this kind of machine, lowest first.
  ///
  /// A level that the machine does not have leaves the highest one that it has.
  public static var names: [String] {
    var names: [String] = []
    for level in 0..<Int32(WW_DISPATCH_LEVELS) {
      guard let text = ww_dispatch_name(level) else { continue }
      let name = String(cString: text)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}

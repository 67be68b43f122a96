extension Device {
  /// Adds the rule that a fusion array has a buffer inside the outer memory for every operand.
  func verifyBuffers(_ problems: inout DeviceProblems) {
    guard compute.family == .fusionArray else { return }
    for operand in Operand.allCases {
      problems.require(
        memories.dropFirst().contains { $0.operands.contains(operand) }, "memories",
        "a fusion array needs a buffer for \(operand.rawValue)",
        "add a level with operands: [\(operand.rawValue)]")
    }
  }
}

extension ComputeFamily {
  /// Whether layers run under mappings that are searched or given, so that these say what is added when.
  public var hasMappings: Bool {
    switch self {
    case .array: true
    case .fusionArray, .pipeline, .convolutionCore, .processor: false
    }
  }
}

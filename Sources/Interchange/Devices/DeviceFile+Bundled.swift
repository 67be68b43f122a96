public import Devices

extension DeviceFile {
  /// The device of a command-line argument: the name of a bundled one or a path.
  ///
  /// - Throws: The problems of the file, or one line with the names that are known.
  public static func device(
    _ argument: String, in bundled: BundledFiles
  ) throws(YAMLError) -> Device {
    if let path = bundled.devicePath(named: argument) { return try device(at: path) }
    if argument.contains("/") || argument.hasSuffix(".yaml") || argument.hasSuffix(".yml") {
      return try device(at: argument)
    }
    let remedy = Suggestion.remedy(
      for: argument, among: bundled.deviceNames, listing: "write a path or one of")
    throw YAMLError(problems: ["device \"\(argument)\": is not bundled; \(remedy)"])
  }
}

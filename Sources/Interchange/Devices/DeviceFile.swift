public import Devices
import Foundation

/// Hardware descriptions: one YAML file a device, its keys in `hwconfigs/README.md`.
public enum DeviceFile {
  /// The verified device that a file describes, named after the file.
  ///
  /// - Parameter path: A YAML file.
  /// - Throws: All problems of the file: unknown, duplicate and missing keys, wrong types, missing units
  ///   and sources, and rules that the device as a whole breaks.
  public static func device(at path: String) throws(YAMLError) -> Device {
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    var reader = DeviceReader(problems: problems)
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let device = reader.device(root, name: name)
    problems = reader.problems
    for problem in device.problems where !reader.problems.concern(problem.path) {
      problems.add(root.place(of: problem.path), problem.rule, problem.remedy)
    }
    try problems.check()
    return device
  }
}

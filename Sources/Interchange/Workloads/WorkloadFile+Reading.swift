import Foundation

extension WorkloadFile {
  /// The workload of a YAML file; paths in it are relative to the file.
  ///
  /// - Throws: All problems of the file: unknown, duplicate and missing keys, wrong types, files that
  ///   do not exist, lists that do not fit each other.
  public static func workload(at path: String) throws(YAMLError) -> WorkloadFile {
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    let keys = [
      "description", "network", "inputs", "labels", "calibration", "layout", "preprocess",
      "encoding", "labelOffset",
    ]
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var workload = WorkloadFile(network: "")
    if let map = root.mapping(keys: keys, &problems) {
      workload.summary = map["description"]?.text(example: "\"what it is\"", &problems) ?? ""
      workload.network =
        map.required("network", example: "network: float.onnx", &problems)?
        .file(in: folder, &problems) ?? ""
      workload.inputs = map["inputs"]?.file(in: folder, &problems)
      workload.labels = map["labels"]?.file(in: folder, &problems)
      workload.calibration = map["calibration"]?.file(in: folder, &problems)
      workload.layout = map["layout"]?.choice(of: Layout.self, &problems)
      workload.encoding = map["encoding"]?.choice(of: Encoding.self, &problems) ?? .values
      workload.labelOffset =
        map["labelOffset"]?.integer(in: -1_000_000...1_000_000, example: 1, &problems) ?? 0
      if let node = map["preprocess"] {
        workload.preprocessing = node.preprocessing(&problems) ?? Preprocessing()
        if workload.encoding == .codes {
          problems.add(
            node.place, "codes are not preprocessed", "remove preprocess, or write encoding: values"
          )
        }
      }
    }
    try problems.check()
    return workload
  }
}

extension YAMLNode {
  /// The path of a file that exists, or nil (reported).
  fileprivate func file(in folder: URL, _ problems: inout YAMLProblems) -> String? {
    guard let name = text(example: "test_images.npy", &problems) else { return nil }
    let path = URL(fileURLWithPath: name, relativeTo: folder).standardizedFileURL.path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      !isDirectory.boolValue
    else {
      problems.add(
        place, "there is no file \"\(name)\"", "check the path, it is relative to this file")
      return nil
    }
    return path
  }

  fileprivate func preprocessing(_ problems: inout YAMLProblems) -> Preprocessing? {
    let keys = ["offset", "scale", "mean", "std"]
    guard let map = mapping(keys: keys, &problems) else { return nil }
    var lists = [keys[0]: [0.0], keys[1]: [1], keys[2]: [0], keys[3]: [1]]
    var channels: (key: String, count: Int)?
    for key in keys {
      guard let node = map[key], let numbers = node.numbers(&problems) else { continue }
      if key == "scale" || key == "std", numbers.contains(0) {
        problems.add(node.place, "must not be zero", "write e.g. 0.5")
      }
      if numbers.count > 1 {
        if let channels, channels.count != numbers.count {
          problems.add(
            node.place, "has \(numbers.count) numbers, but \(channels.key) has \(channels.count)",
            "write one number, or one for each channel")
        }
        channels = channels ?? (key, numbers.count)
      }
      lists[key] = numbers
    }
    return Preprocessing(
      offset: lists["offset"] ?? [0], scale: lists["scale"] ?? [1], mean: lists["mean"] ?? [0],
      std: lists["std"] ?? [1])
  }

  /// One number or a list of some, or nil (reported).
  private func numbers(_ problems: inout YAMLProblems) -> [Double]? {
    guard case .sequence(let nodes) = content else {
      return number(example: "0.5 or [0.5, 0.5, 0.5]", &problems).map { [$0] }
    }
    guard !nodes.isEmpty else {
      problems.add(place, "the list is empty", "write one number for each channel")
      return nil
    }
    let numbers = nodes.compactMap { $0.number(example: "0.5", &problems) }
    return numbers.count == nodes.count ? numbers : nil
  }
}

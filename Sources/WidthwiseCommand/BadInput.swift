import ArgumentParser
import Foundation
import Widthwise

/// An option whose value is wrong: place, rule, remedy in one line; exit code 65.
struct BadInput: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Runs a command; what is wrong with its inputs becomes lines on stderr and exit code 65.
func reportingBadInput(_ body: () async throws -> Void) async throws {
  do {
    try checkKernelLevel()
    try await body()
  } catch let exit as ExitCode {
    throw exit
  } catch let error {
    let isInput =
      error is BadInput || error is YAMLError || error is ONNXError || error is TopologyError
      || error is TFLiteError || error is ONNXExportError
      || error is NumPyError || error is NetworkError || error is WorkloadError
      || error is ExecutionError || error is QuantizationError || error is SimulationError
      || error is TuningError || error is MappingError || error is MappingFileError
      || error is ExplorationError
      || (error as? ReportError)?.isInput ?? false
    FileHandle.standardError.write(Data("widthwise: \(error)\n".utf8))
    throw ExitCode(isInput ? 65 : 1)
  }
}

/// Refuses an instruction set of the kernels that does not exist, which the kernels would ignore.
private func checkKernelLevel() throws {
  let variable = "WIDTHWISE_KERNELS"
  let value = ProcessInfo.processInfo.environment[variable] ?? ""
  if value.isEmpty || KernelLevel.names.contains(value) { return }
  let names = KernelLevel.names.joined(separator: ", ")
  throw BadInput("\(variable)=\(value): is not known; write one of \(names), or unset it")
}

/// Refuses an output folder whose name is taken by a file, before the work is done.
func checkFolder(_ path: String?, _ option: String) throws {
  var isDirectory: ObjCBool = false
  guard let path, FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
    !isDirectory.boolValue
  else { return }
  throw BadInput("\(option) \(path): is a file, a folder is needed; name another one")
}

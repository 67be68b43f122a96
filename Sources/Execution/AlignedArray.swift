/// Numbers of which the first lies at a multiple of 64 bytes: a cache line, a tile row, the widest vector.
///
/// Kernels read weights 64 bytes at a time; where each of these lies in two lines, the same kernel takes up to three
/// times as long. Written by whoever makes it, read alone once it is shared.
final class AlignedArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// The distance in bytes that addresses are multiples of.
  static var alignment: Int { 64 }

  private let elements: UnsafeMutableBufferPointer<Element>

  /// Equal numbers.
  init(repeating element: Element, count: Int) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: Self.alignment)
    elements = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: max(count, 1)), count: count)
    elements.initialize(repeating: element)
  }

  /// The same numbers.
  convenience init(_ numbers: [Element], filler: Element) {
    self.init(repeating: filler, count: numbers.count)
    for (index, number) in numbers.enumerated() { elements[index] = number }
  }

  deinit { UnsafeMutableRawPointer(elements.baseAddress)?.deallocate() }

  var count: Int { elements.count }
  var isEmpty: Bool { elements.isEmpty }

  subscript(index: Int) -> Element {
    get { elements[index] }
    set { elements[index] = newValue }
  }

  /// Calls `body` with the numbers.
  func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Element>) -> Result
  ) -> Result {
    withExtendedLifetime(self) { body(UnsafeBufferPointer(elements)) }
  }
}

extension UnsafeMutablePointer {
  /// The first place from here on that lies at a multiple of 64 bytes.
  var aligned: Self {
    let rest = Int(bitPattern: self) % AlignedArray<UInt8>.alignment
    return rest == 0
      ? self : self + (AlignedArray<UInt8>.alignment - rest) / MemoryLayout<Pointee>.stride
  }
}

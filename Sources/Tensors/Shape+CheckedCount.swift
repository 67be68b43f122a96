extension Shape {
  /// The number of elements, or nil when an extent is negative or the product overflows.
  public var checkedCount: Int? {
    if extents.contains(where: { $0 < 0 }) { return nil }
    if extents.contains(0) { return 0 }
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    return count
  }
}

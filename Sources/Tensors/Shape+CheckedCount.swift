extension Shape {
  /// The number of elements, or nil when an extent is negative or arithmetic on extents can overflow.
  ///
  /// When it is not nil, `count` and `strides` are safe even if an extent is zero.
  public var checkedCount: Int? {
    var count = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: Swift.max(extent, 1))
      if overflow || extent < 0 { return nil }
      count = product
    }
    return extents.contains(0) ? 0 : count
  }
}

// The umbrella: `import Widthwise` gives every module of the library.
@_exported public import Arithmetic
@_exported public import Costs
@_exported public import Devices
@_exported public import Execution
@_exported public import Exploration
@_exported public import Interchange
@_exported public import Mappings
@_exported public import Networks
@_exported public import Quantities
@_exported public import Quantization
@_exported public import Reporting
@_exported public import Simulation
@_exported public import Statistics
@_exported public import Tensors

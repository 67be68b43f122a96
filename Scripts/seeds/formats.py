"""k-means, fixed and dynamic fixed point, and what they save (QUENN, de Prado et al. 2018)."""
import tool

NETWORKS = ["resnet8", "resnet20", "kws-dscnn", "squeezenet"]
FAMILIES = {"integer": "int{}", "fixed point": "fixed{}", "dynamic fixed point": "dfp{}", "k-means": "kmeans{}"}
BITS = [8, 6, 5, 4, 3]
SHAPES = ["alexnet", "vgg16"]


def same_bits(networks):
    """One row a network, granularity and family: accuracy with all weights in one format."""
    rows = []
    for name in NETWORKS:
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * (len(BITS) + 2))
            continue
        for granularity in ["tensor", "channel"]:
            for family, spelling in FAMILIES.items():
                cells = []
                for bits in BITS:
                    try:
                        accuracy = tool.simulate(*arguments, "--weights", spelling.format(bits),
                                                 "--granularity", granularity)["accuracy"]
                        cells.append(tool.percent(accuracy["top1"]))
                        floats = accuracy["floatTop1"]
                    except tool.Refused:
                        cells.append("–")
                rows.append([name, granularity, family, tool.percent(floats), *cells])
            print(f"  {name} {granularity}: done", flush=True)
    return rows


def searched(networks):
    """One row a network and family: storage and traffic saved where each layer has its own width."""
    rows = []
    for name in NETWORKS:
        arguments = networks.arguments(name)
        if arguments is None:
            continue
        for family, spelling in FAMILIES.items():
            if family == "integer":
                continue
            formats = ",".join(spelling.format(bits) for bits in [7, 6, 5, 4, 3, 2])
            found = tool.tune(
                f"formats/{name}-{spelling.format('')}", *arguments, "--max-drop", "1%", "--weights", formats,
                "--activations", "uint7,uint6,uint5,uint4", "--objective", "size:0.5,accesses:0.5",
                "--search-samples", tool.ELEVEN[name][1], "--evaluations", 300)
            before, after = found["baseline"], found["tuned"]
            cells = [tool.percent(after["floatTop1"] - after["top1"], 2)]
            for figure in ["parameterBits", "accessBits"]:
                saved = 1 - after[figure] / before[figure]
                cells += [tool.percent(saved), tool.percent(1 - (1 - saved) / 2)]
            rows.append([name, family, *cells, "yes" if found["feasible"] else "no"])
    return rows


def shapes():
    """One row a network and pair of widths: what widths alone save of storage and of traffic."""
    rows = []
    for name in SHAPES:
        def figures(weights, activations):
            totals = tool.simulate(name, "--weights", f"int{weights}", "--activations", f"int{activations}")["totals"]
            return totals["weightBits"], totals["accessBits"]
        base = figures(16, 16)
        for weights, activations in [(8, 8), (7, 7), (7, 5), (6, 6), (5, 5), (4, 8), (4, 4)]:
            own = figures(weights, activations)
            rows.append([name, f"{weights} / {activations}",
                         *[tool.percent(1 - part / whole, 2) for part, whole in zip(own, base)]])
    return rows


def report(networks):
    return f"""# Formats of weights, without retraining

De Prado, Denna, Benini, Pazos (QUENN), arXiv 1811.05896: on AlexNet and VGG16 55.64 % of the weights' storage and 69.17 %
of the run-time memory accesses saved at less than 1 % drop of top-5, k-means better than linear formats.

## All weights in one format

Top-1 in per cent; activations in 8 bits. k-means is optimal in one dimension; `–`: the format has no such width.
Fixed point has a power of two for each tensor or channel here, as dynamic fixed point has a shared exponent: the same
numbers, stored in another way. They differ in groups (`--granularity group32`).

{tool.table(["network", "granularity", "weights", "float", *[f"{bits} bits" for bits in BITS]], same_bits(networks))}

## Each layer its own width

`widthwise tune --max-drop 1% --objective size:0.5,accesses:0.5`: weights of one family, activations of 8 to 4 bits
without outliers, biases corrected (the default of `tune`). Saved storage of all parameters (scales and codebooks
included) and saved bits moved at all levels of `edge-npu`, in per cent, of 8 bits, which is what is executed, and of
16 bits, taken as twice that of 8.

{tool.table(["network", "weights", "points lost", "storage, of 8", "storage, of 16", "traffic, of 8", "traffic, of 16", "limits kept"], searched(networks))}

## AlexNet and VGG16: what widths save

There are no trained weights of these at hand, so accuracy cannot be told. Saved storage and traffic of `edge-npu`, in
per cent of 16-bit integers; published: 55.64 and 69.17.

{tool.table(["network", "weights / activations", "storage saved", "traffic saved"], shapes())}
"""

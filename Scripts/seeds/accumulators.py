"""Accumulator widths against accuracy, and what they are worth on an ARM core (de Bruin et al. 2020)."""
import tool

# The networks, and the candidates that a search may evaluate.
NETWORKS = {"resnet8": 150, "resnet20": 120, "kws-dscnn": 120, "squeezenet": 60}
WIDTHS = [18, 16, 14, 12]
# A candidate of SqueezeNet takes seconds: the published width alone.
WIDTHS_OF = {"squeezenet": [16]}
# Weights that are made to fit need no narrow weights to choose from, and take longer.
SEARCHES = {
    "rate": ["--bound", "rate"],
    "proven": ["--bound", "proven", "--weight-adjustment", "accumulator-aware", "--weights", "int6,int4",
               "--activations", "uint7,uint6,uint5,uint4"],
}
SHAPES = ["all-cnn-c", "alexnet", "resnet8", "vgg16"]


def accuracies(networks):
    """One row a network and width: int8 as it is, and searched widths by a rate and by proof."""
    rows = []
    for name, budget in NETWORKS.items():
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * 6)
            continue
        for width in WIDTHS_OF.get(name, WIDTHS):
            policy = f"{width}:saturate"
            plain = tool.simulate(*arguments, "--accumulator", policy)
            cells = [name, width, tool.percent(plain["accuracy"]["floatTop1"]), tool.percent(plain["accuracy"]["top1"])]
            for search, options in SEARCHES.items():
                try:
                    found = tool.tune(
                        f"accumulators/{name}-{width}-{search}", *arguments, "--accumulator", policy, *options,
                        "--search-samples", tool.ELEVEN[name][1],
                        "--evaluations", budget if search == "rate" else 40)
                except tool.Refused as problem:
                    cells += [str(problem), ""]
                    continue
                tuned = found["tuned"]
                cells += [tool.percent(tuned["top1"]) + ("" if found["feasible"] else " *"),
                          "none, proven" if tuned["overflowProvenAbsent"]
                          else f"{tuned['overflowedOutputs']:,} ({tuned['overflowRate'] * 100:.2g} %)"]
            rows.append(cells)
    return rows


def speeds(networks):
    """One row a network and core: latency with sums of 32 and of 16 bits."""
    rows = []
    for device in ["cortex-a72", "cortex-a53"]:
        for name in SHAPES:
            arguments = networks.arguments(name) if name in NETWORKS else [name]
            if arguments is None:
                continue
            try:
                wide, narrow = (
                    tool.simulate(*arguments, "--samples", 1, "--device", device,
                                  "--accumulator", f"{bits}:wrap")["totals"]["seconds"]
                    for bits in (32, 16))
            except tool.Refused as problem:
                rows.append([device, name, str(problem), "", ""])
                continue
            rows.append([device, name, f"{wide * 1e3:.3g}", f"{narrow * 1e3:.3g}", f"{wide / narrow:.2f}"])
    return rows


def report(networks):
    return f"""# Accumulator-constrained quantization

De Bruin, Zivkovic, Corporaal, Microprocessors and Microsystems 72:102872, 2020: 16-bit accumulators within 1 % of
float without retraining, about twice as fast on an ARM core.

Top-1 in per cent. *int8* is 8-bit weights and activations in the narrow, saturating accumulator as they are. Both
searches (`widthwise tune --accumulator P`) give each value and layer widths that use the accumulator fully, without
retraining: in the first at most 0.1 % of the outputs overflow on the samples of the search (`--bound rate`, the
default), in the second the weights, rounded one after another within what the accumulator holds, prove that none can
(`--bound proven --weight-adjustment accumulator-aware`). Top-1 and overflowed outputs are those of all evaluated
samples. A star: a limit is broken there.

{tool.table(["network", "bits", "float", "int8", "rate", "overflowed outputs", "proven", "overflowed outputs"], accuracies(networks))}

Latency of one inference in ms with 8-bit operands. Published: about 2 on an ARM core for compute-bound layers.

{tool.table(["device", "network", "32-bit sums", "16-bit sums", "times faster"], speeds(networks))}
"""

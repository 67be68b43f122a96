"""Accumulator widths against accuracy, and what they are worth on an ARM core (de Bruin et al. 2020)."""
import tool

NETWORKS = ["resnet8", "resnet20", "kws-dscnn", "squeezenet"]
WIDTHS = [20, 18, 16, 14, 12]
SHAPES = ["all-cnn-c", "alexnet", "resnet8", "vgg16"]


def accuracies(networks):
    """One row a network and width: int8 as it is, and searched widths by proof and by calibration."""
    rows = []
    for name in NETWORKS:
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * 7)
            continue
        for width in WIDTHS:
            policy = f"{width}:saturate"
            plain = tool.simulate(*arguments, "--accumulator", policy)
            cells = [name, width, tool.percent(plain["accuracy"]["floatTop1"]), tool.percent(plain["accuracy"]["top1"])]
            for bound in ["proven", "rate"]:
                found = tool.tune(
                    f"accumulators/{name}-{width}-{bound}", *arguments, "--accumulator", policy, "--bound", bound,
                    "--search-samples", tool.ELEVEN[name][1], "--evaluations", 250)
                tuned = found["tuned"]
                cells += [tool.percent(tuned["top1"]) + ("" if found["feasible"] else " *"),
                          "none, proven" if tuned["overflowProvenAbsent"]
                          else f"{tuned['overflowedOutputs']:,} ({tuned['overflowRate'] * 100:.2g} %)"]
            rows.append(cells)
    return rows


def speeds():
    """One row a network and core: latency with sums of 32 and of 16 bits."""
    rows = []
    for device in ["cortex-a72", "cortex-a53"]:
        for name in SHAPES:
            try:
                wide, narrow = (
                    tool.simulate(name, "--device", device, "--accumulator", f"{bits}:wrap")["totals"]["seconds"]
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

Top-1 in per cent. *int8* is 8-bit weights and activations in the narrow, saturating accumulator as they are. The two
searches (`widthwise tune --accumulator P`) give each value and layer the widths that use the accumulator fully: such
that the weights prove that no sum can leave the range (`--bound proven`), and such that at most 0.1 % of the outputs
do on the samples (`--bound rate`). Overflowed outputs are counted on all evaluated samples. A star: a limit is broken.

{tool.table(["network", "bits", "float", "int8", "proven", "overflow", "rate", "overflowed outputs"], accuracies(networks))}

Latency of one inference in ms with 8-bit operands. Published: about 2 on an ARM core for compute-bound layers.

{tool.table(["device", "network", "32-bit sums", "16-bit sums", "times faster"], speeds())}
"""

"""The auto-tuner on eleven networks (libnumber 2018)."""
import tool

FPGA = "zynq-dsp"
SIZE = "cortex-m7"
# Candidates of a search, where the 300 of the others do not reach far beyond the sensitivity of each layer.
BUDGET = {"squeezenet": 600}
# How a search quantizes; the smaller result of both is taken.
WAYS = {
    "min-max": ["--calibrator", "minmax", "--no-bias-correction"],
    "clipped": ["--calibrator", "percentile", "--weight-calibrator", "mse", "--bias-correction"],
}


def limit(name):
    """What may be lost."""
    return ["--min-sqnr", 20] if name in tool.UNLABELLED else ["--max-drop", "1%"]


def smallest(name, common):
    """The smallest result of all ways to quantize, and its way."""
    results = [(tool.tune(f"tuner/{name}-size-{way}", *common, *options, "--objective", "size", "--device", SIZE,
                          "--evaluations", BUDGET.get(name, 300)), way) for way, options in WAYS.items()]
    return min(results, key=lambda result: (not result[0]["feasible"], -result[0]["compressionOverFloat32"]))


def report(networks):
    rows, sizes, speeds, overs = [], [], [], []
    for name, (_, search_samples) in tool.ELEVEN.items():
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * 10)
            continue
        common = [*arguments, *limit(name), "--search-samples", search_samples]
        small, way = smallest(name, common)
        tuned = small["tuned"]
        loss = (f"{tuned['outputSQNRdB']:.1f} dB" if name in tool.UNLABELLED
                else tool.percent(tuned["floatTop1"] - tuned["top1"], 2))
        cells = [name, way, f"{small['parameters']:,}", tool.percent(tuned.get("floatTop1")), loss,
                 f"{tuned['parameterBits'] / small['parameters']:.2f}", f"{small['compressionOverFloat32']:.2f}",
                 "yes" if small["feasible"] else "no"]
        sizes.append(small["compressionOverFloat32"])
        try:
            fast = tool.tune(f"tuner/{name}-latency", *common, "--objective", "latency", "--device", FPGA,
                             "--evaluations", BUDGET.get(name, 300) // 2)
            wide = tool.simulate(*arguments, "--samples", 1, "--device", FPGA, "--weights", "int16",
                                 "--activations", "int16")["totals"]["seconds"]
            found = fast["tuned"]["latencySeconds"]
            cells += [f"{wide * 1e3:.3g}", f"{fast['baseline']['latencySeconds'] * 1e3:.3g}", f"{found * 1e3:.3g}",
                      f"{wide / found:.2f}"]
            speeds.append(wide / found)
            overs.append(fast["baseline"]["latencySeconds"] / found)
        except tool.Refused as problem:
            cells += [str(problem), "", "", ""]
        rows.append(cells)
    titles = ["network", "ranges", "parameters", "float top-1", "points lost", "bits a parameter", "times smaller than float32",
              "limits kept", "ms at 16 bits", "ms at 8 bits", "ms tuned", "times faster than 16 bits"]
    return f"""# The auto-tuner on eleven networks

libnumber (2018): more than 7 times smaller parameters at 1 % loss, and 3.79 times faster on an FPGA.

Size: `widthwise tune NETWORK --objective size --max-drop 1% --device {SIZE}` (32-bit sums; the autoencoder has no labels: outputs 20 dB above
noise), searched on some samples, checked on all. The smaller of two searches: ranges as they are (min-max), or without
outliers and with corrected biases (clipped: `--calibrator percentile --weight-calibrator mse --bias-correction`). Sizes count weights, biases, scales, exponents and codebooks.
Latency: the same with `--objective latency --device {FPGA}`, one inference. Published speed-ups are over float32 on the
same FPGA; the devices here have no float32 units, so 16-bit integers are what is compared with.

{tool.table(titles, rows)}

| geometric means over {len(sizes)} networks | here | published |
|---|--:|--:|
| times smaller than float32 | {tool.geometric_mean(sizes):.2f} | > 7 |
| times faster on the FPGA | {tool.geometric_mean(speeds):.2f} over 16 bits, {tool.geometric_mean(overs):.2f} over 8 bits | 3.79 over float32 |
"""

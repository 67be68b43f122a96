"""The auto-tuner on eleven networks (libnumber 2018)."""
import tool

FPGA = "zynq-dsp"


def limit(name):
    """What may be lost."""
    return ["--min-sqnr", 20] if name in tool.UNLABELLED else ["--max-drop", "1%"]


def report(networks):
    rows, sizes, speeds, overs = [], [], [], []
    for name, (_, search_samples) in tool.ELEVEN.items():
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * 9)
            continue
        common = [*arguments, *limit(name), "--search-samples", search_samples]
        small = tool.tune(f"tuner/{name}-size", *common, "--objective", "size", "--evaluations", 800)
        tuned = small["tuned"]
        loss = (f"{tuned['outputSQNRdB']:.1f} dB" if name in tool.UNLABELLED
                else tool.percent(tuned["floatTop1"] - tuned["top1"], 2))
        cells = [name, f"{small['parameters']:,}", tool.percent(tuned.get("floatTop1")), loss,
                 f"{tuned['parameterBits'] / small['parameters']:.2f}", f"{small['compressionOverFloat32']:.2f}",
                 "yes" if small["feasible"] else "no"]
        sizes.append(small["compressionOverFloat32"])
        try:
            fast = tool.tune(f"tuner/{name}-latency", *common, "--objective", "latency", "--device", FPGA,
                             "--evaluations", 300)
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
    titles = ["network", "parameters", "float top-1", "points lost", "bits a parameter", "times smaller than float32",
              "limits kept", "ms at 16 bits", "ms at 8 bits", "ms tuned", "times faster than 16 bits"]
    return f"""# The auto-tuner on eleven networks

libnumber (2018): more than 7 times smaller parameters at 1 % loss, and 3.79 times faster on an FPGA.

Size: `widthwise tune NETWORK --objective size --max-drop 1%` (the autoencoder has no labels: outputs 20 dB above
noise), searched on some samples, checked on all. Sizes count weights, biases, scales, exponents and codebooks.
Latency: the same with `--objective latency --device {FPGA}`, one inference. Published speed-ups are over float32 on the
same FPGA; the devices here have no float32 units, so 16-bit integers are what is compared with.

{tool.table(titles, rows)}

| geometric means over {len(sizes)} networks | here | published |
|---|--:|--:|
| times smaller than float32 | {tool.geometric_mean(sizes):.2f} | > 7 |
| times faster on the FPGA | {tool.geometric_mean(speeds):.2f} over 16 bits, {tool.geometric_mean(overs):.2f} over 8 bits | 3.79 over float32 |
"""

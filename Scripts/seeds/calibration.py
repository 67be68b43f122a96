"""One batch chooses the scales (Settle et al. 2018)."""
import tool

CALIBRATORS = ["minmax", "percentile", "mse", "kl"]
BATCH = 32


def report(networks):
    rows = []
    best_of = []
    for name in tool.ELEVEN:
        arguments = networks.arguments(name)
        if arguments is None:
            rows.append([name, "the network is not there"] + [""] * 6)
            continue
        cells, drops = [], []
        for calibrator in CALIBRATORS:
            try:
                run = tool.simulate(*arguments, "--calibration-samples", BATCH, "--calibrator", calibrator)
            except tool.Refused as problem:
                cells.append(str(problem))
                continue
            if name in tool.UNLABELLED:
                cells.append(f"{run['fidelity']['outputSQNRdB']:.1f} dB")
                continue
            accuracy = run["accuracy"]
            cells.append(tool.percent(accuracy["top1"]))
            drops.append(accuracy["floatTop1"] - accuracy["top1"])
            floats, samples = accuracy["floatTop1"], accuracy["samples"]
        if drops:
            limit = max(0.01, 1 / samples)
            best_of.append(min(drops) <= limit + 1e-12)
            verdicts = [c for c, d in zip(CALIBRATORS, drops) if d <= limit + 1e-12]
            rows.append([name, f"{samples:,}", tool.percent(floats), *cells, ", ".join(verdicts) or "none"])
        else:
            rows.append([name, "", "", *cells, ""])
    return f"""# Calibration on one batch

Settle et al., arXiv 1805.07941: scales from a single batch, chosen against the float model, are enough for 8 bits.

Top-1 in per cent with int8 weights, uint8 activations and {BATCH} calibration samples. CIFAR networks are calibrated
on training images, the others on the first {BATCH} of the evaluated samples, because no others are at hand.

{tool.table(["network", "samples", "float", *CALIBRATORS, "within 1 point or one sample"], rows)}

{sum(best_of)} of {len(best_of)} networks with labels are within the larger of 1 point and one sample with some calibrator.
"""

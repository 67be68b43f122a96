#!/usr/bin/env python3
"""Runs real networks beside the repository (../shared/data) and checks what must hold of them.

    python3 Scripts/check_networks.py TOOL        skipped, and says so, when the data is absent

* int8 accuracy within one point of the float network that the same run reports, and the float accuracy as published
  with the data;
* on every layer the proved width is at least the observed one, and nothing overflows in an accumulator that wide;
* ResNet-8 on narrower and narrower accumulators: no loss at 18 bits, a cliff at 17 and 16, wrap worse than saturate;
* the energy of AlexNet and VGG16 falls with the operand widths.
"""
import json
import os
import subprocess
import sys

WORKLOADS = "../shared/data/workloads"
FLOAT = {"resnet8": 0.881, "resnet20": 0.915, "kws-dscnn": 0.913, "lenet": 0.989}
SWEEP = ["32:wrap", "20:saturate", "18:wrap", "18:saturate", "17:saturate", "16:wrap", "16:saturate"]


def report(tool, *arguments):
    run = subprocess.run(
        [tool, "simulate", *arguments, "--format", "json"], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"networks: FAILED: simulate {' '.join(arguments)}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def check(condition, text):
    if not condition:
        sys.exit(f"networks: FAILED: {text}")


def check_layers(result, name):
    for layer in result["layers"]:
        sums = layer.get("accumulator")
        if sums is None:
            continue
        place = f"{name}, layer {layer['name']}"
        check(sums["boundBits"] >= sums["observedBits"], f"{place}: saw more bits than proved")
        check(sums["datatypeBoundBits"] >= sums["boundBits"], f"{place}: bound above the data-type bound")
        check(sums["overflowedOutputs"] >= sums["persistentOutputs"], f"{place}: persistent outputs")
        if sums["bits"] >= sums["boundBits"]:
            counted = sums["overflowedSteps"] + sums["overflowedBiasSteps"] + sums["overflowedOutputs"]
            check(counted == 0, f"{place}: overflow counted in a register that is wide enough")


def check_accuracies(tool):
    for name, published in FLOAT.items():
        result = report(tool, f"{WORKLOADS}/{name}.yaml", "--device", "edge-npu", "--accumulator", "32:wrap")
        accuracy = result["accuracy"]
        check_layers(result, name)
        check(abs(accuracy["floatTop1"] - published) < 0.001, f"{name}: float top-1 {accuracy['floatTop1']}")
        check(abs(accuracy["top1"] - accuracy["floatTop1"]) <= 0.01, f"{name}: int8 top-1 {accuracy['top1']}")
        print(f"networks: {name} int8 {accuracy['top1']:.4f}, float {accuracy['floatTop1']:.4f}", flush=True)


def check_sweep(tool):
    top1 = {}
    for accumulator in SWEEP:
        result = report(tool, f"{WORKLOADS}/resnet8.yaml", "--accumulator", accumulator)
        check_layers(result, f"resnet8 at {accumulator}")
        top1[accumulator] = 100 * result["accuracy"]["top1"]
    wide = top1["32:wrap"]
    for accumulator in ["20:saturate", "18:wrap", "18:saturate"]:
        check(abs(top1[accumulator] - wide) <= 1, f"resnet8 at {accumulator}: {top1[accumulator]}")
    check(4 <= wide - top1["17:saturate"] <= 15, f"resnet8 at 17:saturate: {top1['17:saturate']}")
    check(wide - top1["16:saturate"] > 30, f"resnet8 at 16:saturate: {top1['16:saturate']}")
    check(top1["16:wrap"] < top1["16:saturate"], "resnet8 at 16 bits: wrap is not worse than saturate")
    print("networks: resnet8 " + ", ".join(f"{key} {value:.1f} %" for key, value in top1.items()), flush=True)


def check_energies(tool):
    for network in ["alexnet", "vgg16"]:
        for device in ["eyeriss", "edge-npu"]:
            energies = [
                report(tool, network, "--device", device, "--weights", f"int{bits}", "--activations", f"uint{bits}")[
                    "totals"]["energyPJ"]
                for bits in (16, 8, 4)]
            check(energies[0] > energies[1] > energies[2], f"{network} on {device}: {energies}")
            print(f"networks: {network} on {device} at 16, 8, 4 bits: "
                  + ", ".join(f"{energy / 1e9:.2f} mJ" for energy in energies), flush=True)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_networks.py TOOL")
    check_energies(sys.argv[1])
    if not os.path.isdir(WORKLOADS):
        print(f"networks: SKIPPED: {WORKLOADS} is not there")
        return
    check_accuracies(sys.argv[1])
    check_sweep(sys.argv[1])


if __name__ == "__main__":
    main()

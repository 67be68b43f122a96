"""ResNet-18 mapped on ZigZag's own TPU-like accelerator: our search against ZigZag's, time and energy."""
import contextlib
import io
import logging
import pathlib
import tempfile
from importlib.metadata import version

from pairing import paired, timed
from table import Row

NAME = "mapping"
DEVICE = pathlib.Path(__file__).with_name("zigzag-tpu.yaml")


def rows(ours, pairs, wanted=""):
    import zigzag.api
    inputs = pathlib.Path(zigzag.__file__).parent / "inputs"
    logging.disable(logging.CRITICAL)
    source = {"network": "resnet18", "device": DEVICE, "objective": "energy"}
    ours.prepare("resnet18", "mapping", **source)
    mine = ours.figures("resnet18")["counts"]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        def theirs():
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                energy, cycles, layers = zigzag.api.get_hardware_performance_zigzag(
                    str(inputs / "workload/resnet18.onnx"), str(inputs / "hardware/tpu_like.yaml"),
                    str(inputs / "mapping/tpu_like.yaml"), opt="energy", dump_folder=folder,
                    loma_show_progress_bar=False)
            found.append((energy, cycles, {shape(cost): cost.energy_total for cost, *_ in layers[0][1]}))

        # A run takes minutes: one pair.
        result = paired(ours.seconds("resnet18"), timed(theirs), pairs=1, warmups=0)
    energy, cycles, layers = found[0]
    higher = [name for name, own in layers.items() if mine[f"energy {name}"] > own * 1.00001]
    yield Row.of(
        result, "networks/s", 1, bar=">= 1,000x, energy not worse", peer=f"ZigZag {version('zigzag-dse')}",
        work="ResNet-18 mapped on ZigZag's TPU-like example, for energy",
        command="Scripts/peers/run.py --only mapping",
        note=f"{mine['energy'] / 1e6:,.1f} uJ and {mine['cycles']:,.0f} cycles here, {energy / 1e6:,.1f} uJ and "
             f"{cycles:,.0f} there, each by its own model; {len(layers) - len(higher)} of {len(layers)} kinds of "
             f"layers need no more energy here" + (f", more: {', '.join(higher)}" if higher else ""))


def shape(cost):
    """Output channels, input channels, output columns and kernel columns of a layer, as ours are named."""
    sizes = {str(dimension): size for dimension, size in cost.layer.layer_dim_sizes.items()}
    return "x".join(str(sizes.get(dimension, 1)) for dimension in ("K", "C", "OX", "FX"))

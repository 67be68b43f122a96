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
    source = {"network": "resnet18", "device": DEVICE, "objective": "energy", "threads": 1}
    ours.prepare("resnet18", "costs", **source)
    mine = ours.figures("resnet18")["counts"]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        def theirs():
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                energy, cycles, _ = zigzag.api.get_hardware_performance_zigzag(
                    str(inputs / "workload/resnet18.onnx"), str(inputs / "hardware/tpu_like.yaml"),
                    str(inputs / "mapping/tpu_like.yaml"), opt="energy", dump_folder=folder,
                    loma_show_progress_bar=False)
            found.append((energy, cycles))

        # A run takes minutes: one pair.
        result = paired(ours.seconds("resnet18"), timed(theirs), pairs=1, warmups=0)
    energy, cycles = found[0]
    yield Row.of(
        result, "networks/s", 1, bar=">= 1,000x, energy not worse", peer=f"ZigZag {version('zigzag-dse')}",
        work="ResNet-18 mapped on ZigZag's TPU-like example, for energy",
        command="Scripts/peers/run.py --only mapping",
        note=f"convolutions and the last layer: {mine['productEnergy'] / 1e6:,.1f} uJ and "
             f"{mine['productCycles']:,.0f} cycles here, {energy / 1e6:,.1f} uJ and {cycles:,.0f} there, each by "
             "its own model; biases, pools and additions are mapped here too")

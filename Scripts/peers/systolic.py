"""AlexNet on a 32x32 systolic array with three dataflows: our cost model against SCALE-Sim, cycle for cycle."""
import contextlib
import csv
import io
import pathlib
import tempfile
from importlib.metadata import version

from ours import SHARED
from pairing import paired, timed
from table import Row

NAME = "systolic"
TOPOLOGY = SHARED / "data/topologies/scalesim/conv_nets/alexnet.csv"
FLOWS = ("os", "ws", "is")
CONFIGURATION = """
[general]
run_name = run
[architecture_presets]
ArrayHeight = 32
ArrayWidth = 32
IfmapSramSzkB = 6144
FilterSramSzkB = 6144
OfmapSramSzkB = 2048
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = {flow}
Bandwidth = 10
ReadRequestBuffer = 64
WriteRequestBuffer = 64
[layout]
IfmapCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterCustomLayout = False
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[sparsity]
SparsitySupport = false
SparseRep = ellpack_block
OptimizedMapping = false
BlockSize = 8
RandomNumberGeneratorSeed = 40
[run_presets]
InterfaceBandwidth = CALC
UseRamulatorTrace = False
"""


def products():
    """The layers of the topology as matrix products."""
    shapes = []
    for record in list(csv.reader(TOPOLOGY.open()))[1:]:
        if len(record) < 8:
            continue
        height, width, kernel, across, channels, filters, stride = map(int, record[1:8])
        # It rounds the output up: AlexNet's 224 pixels give 55.
        pixels = (-(-(height - kernel) // stride) + 1) * (-(-(width - across) // stride) + 1)
        shapes.append({"rows": pixels, "columns": filters, "depth": kernel * across * channels})
    return shapes


def simulated(folder, flow):
    """The compute cycles of each layer by SCALE-Sim, which writes its reports, but no traces, to a folder."""
    from scalesim.scale_sim import scalesim
    layout = folder / "layout.csv"
    names = [line.split(",")[0].strip() for line in TOPOLOGY.read_text().splitlines()[1:] if line.strip()]
    layout.write_text("Layer name" + ",factor" * 20 + ",\n"
                      + "".join(f"{name}" + ",1" * 20 + ",\n" for name in names))
    configuration = folder / f"{flow}.cfg"
    configuration.write_text(CONFIGURATION.format(flow=flow))
    with contextlib.redirect_stdout(io.StringIO()):
        run = scalesim(save_disk_space=True, verbose=False, config=str(configuration),
                       topology=str(TOPOLOGY), layout=str(layout))
        run.run_scale(top_path=str(folder / flow))
    report = list(csv.reader((folder / flow / "run/COMPUTE_REPORT.csv").open()))
    return report[0], report[1:]


def rows(ours, pairs, wanted=""):
    if not TOPOLOGY.exists():
        yield Row("AlexNet, systolic", ">= 10,000x", "SCALE-Sim", "", note="skipped: ../shared is not there")
        return
    ours.prepare("systolic", "systolic", network="alexnet", products=products())
    figures = ours.figures("systolic")["counts"]
    cycles = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)

        def theirs():
            for flow in FLOWS:
                head, report = simulated(folder, flow)
                column = next(i for i, name in enumerate(head) if name.strip() == "Total Cycles")
                for index, record in enumerate(report):
                    cycles[flow, index] = float(record[column])

        # A run takes minutes: one pair.
        result = paired(ours.seconds("systolic"), timed(theirs), pairs=1, warmups=0)
    # Its figure is the index of the last cycle: the count is one more.
    wrong = [key for key, value in cycles.items() if figures[f"{key[0]} {key[1]} cycles"] != value + 1]
    yield Row.of(
        result, "layers/s", len(cycles), bar=">= 10,000x", peer=f"SCALE-Sim {version('scalesim')}",
        work="AlexNet's 5 convolutions on a 32x32 systolic array, three dataflows",
        command="Scripts/peers/run.py --only systolic",
        note=f"{len(cycles) - len(wrong)} of {len(cycles)} cycle counts equal; SRAM only, traces not written")

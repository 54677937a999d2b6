"""The network as a graph for onnxruntime, on the server or in a browser, without its weights.

The weights stay where they are: the graph names each by its place in the checkpoint
(files/checkpoint.py), as float16 at an offset from the end of the file's head, and turns it into
float32 when it is loaded. So a graph of some 100 kB serves every checkpoint of the same shape, and
what was trained is stored once.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diffusion_core.files.shipped import ASSETS
from diffusion_core.files.whole import replacing
from diffusion_core.request import NUM_CLASSES

if TYPE_CHECKING:
    from diffusion_core.unet import UNet

GRAPH = ASSETS / "model" / "digits.onnx"
"""Of the shipped networks that draw digits."""
OPSET = 18
WEIGHTS = "weights"
"""What the graph calls the part of a checkpoint behind its head."""
INPUTS = ("x", "t", "label")
HALF = ".half"


def save_graph(path: Path, network: UNet, checkpoint: Path, size: tuple[int, ...]) -> None:
    """Write the graph of a network whose weights are in `checkpoint`.

    size: of what it looks at, as (1, 28, 28). CannotWriteError if the disk will not take it.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(graph_of(network, offsets_in(checkpoint), size))


def offsets_in(checkpoint: Path) -> dict[str, tuple[int, int]]:
    """Where each tensor begins and ends, in bytes behind the head of a safetensors file."""
    with checkpoint.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        head: dict[str, Any] = json.loads(file.read(length))
    return {
        name: tuple(one["data_offsets"]) for name, one in head.items() if name != "__metadata__"
    }


def graph_of(network: UNet, offsets: dict[str, tuple[int, int]], size: tuple[int, ...]) -> bytes:
    """The graph: x (B, *size), t (B,) and label (B,) int64 to v (B, *size)."""
    import onnx
    import torch
    from onnx import TensorProto, helper

    example = (torch.zeros((2, *size)), torch.tensor([0.3, 0.7]), torch.tensor([0, NUM_CLASSES]))
    batch = {name: {0: "batch"} for name in (*INPUTS, "v")}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter that traces keeps the names of the weights, which is what is wanted here; it
        # warns that there is a newer one.
        warnings.simplefilter("ignore")
        traced = Path(folder) / "network.onnx"
        torch.onnx.export(
            network,
            example,
            traced,
            input_names=[*INPUTS],
            output_names=["v"],
            dynamic_axes=batch,
            opset_version=OPSET,
            do_constant_folding=False,  # the weights keep their names
            dynamo=False,
        )
        model = onnx.load(traced)
    widened = []
    for weight in model.graph.initializer:
        begin, end = offsets[weight.name]
        widened.append(
            helper.make_node("Cast", [weight.name + HALF], [weight.name], to=TensorProto.FLOAT)
        )
        weight.name += HALF
        weight.data_type = TensorProto.FLOAT16
        weight.data_location = TensorProto.EXTERNAL
        weight.ClearField("raw_data")
        place = {"location": WEIGHTS, "offset": begin, "length": end - begin}
        for key, value in place.items():
            weight.external_data.add(key=key, value=str(value))
    nodes = [*widened, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model.SerializeToString()

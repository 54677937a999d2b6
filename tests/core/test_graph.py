"""The graph for onnxruntime answers as torch does, with the weights where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from diffusion_core.files.checkpoint import load_checkpoint, save_checkpoint
from diffusion_core.files.graph import GRAPH, WEIGHTS, graph_of, offsets_in, save_graph
from diffusion_core.files.shipped import LEAP, SHIPPED, SOUND
from diffusion_core.labs.sound.notes import LENGTH
from diffusion_core.request import NO_LABEL
from diffusion_core.run import DIGIT_SIZE
from diffusion_core.unet import UNet, UNetConfig

MOST_APART = 2e-5
"""Of answers that are around 1: sums in another order."""


def body_of(checkpoint: Path) -> bytes:
    """The weights themselves, behind the head of the file."""
    content = checkpoint.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


def session(graph: bytes, checkpoint: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    weights = body_of(checkpoint)
    options.add_external_initializers_from_files_in_memory([WEIGHTS], [weights], [len(weights)])
    return onnxruntime.InferenceSession(graph, options, ["CPUExecutionProvider"])


def questions(count: int, size: tuple[int, ...]) -> dict[str, NDArray[np.generic]]:
    rng = np.random.default_rng(count)
    return {
        "x": rng.normal(size=(count, *size)).astype(np.float32),
        "t": rng.uniform(0, 1, count).astype(np.float32),
        "label": rng.integers(0, NO_LABEL + 1, count),
    }


def apart(
    opened: onnxruntime.InferenceSession,
    network: UNet,
    count: int,
    size: tuple[int, ...] = DIGIT_SIZE,
) -> float:
    asked = questions(count, size)
    (ours,) = opened.run(None, asked)
    with torch.inference_mode():
        theirs = network(*(torch.from_numpy(asked[name]) for name in ("x", "t", "label")))
    return float(np.abs(ours - theirs.numpy()).max())


@pytest.mark.parametrize("checkpoint", [SHIPPED, LEAP], ids=["digits", "leap"])
def test_the_shipped_graph_answers_as_torch_with_the_weights_of_both(checkpoint: Path) -> None:
    opened, network = session(GRAPH.read_bytes(), checkpoint), load_checkpoint(checkpoint)
    for count in (1, 2, 16, 33):
        assert apart(opened, network, count) < MOST_APART


def test_it_holds_no_weights_of_its_own() -> None:
    assert GRAPH.stat().st_size < SHIPPED.stat().st_size / 10
    # ... and is the same for both, since they lie at the same places.
    assert offsets_in(SHIPPED) == offsets_in(LEAP)


@pytest.mark.parametrize(
    ("config", "size"),
    [
        (UNetConfig(widths=(16, 32), blocks=1, embedding=32), DIGIT_SIZE),
        (UNetConfig(widths=(16, 32), blocks=1, embedding=32, positions=49, echo=True), DIGIT_SIZE),
        (load_checkpoint(SOUND).config, (1, LENGTH)),
    ],
    ids=["plain", "echo and positions", "waves"],
)
def test_every_shape_of_network_can_be_a_graph(
    tmp_path: Path, config: UNetConfig, size: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    network = UNet(config).eval()
    with torch.no_grad():
        for weight in network.parameters():  # what is new answers 0; and as it is stored
            weight.copy_((0.05 * torch.randn_like(weight) + weight).half().float())
    checkpoint, graph = tmp_path / "other.safetensors", tmp_path / "other.onnx"
    save_checkpoint(checkpoint, network, {})
    save_graph(graph, network, checkpoint, size)
    assert graph.read_bytes() == graph_of(network, offsets_in(checkpoint), size)
    assert apart(session(graph.read_bytes(), checkpoint), network, 3, size) < 1e-4


def test_weights_of_another_shape_are_refused() -> None:
    opened = onnxruntime.SessionOptions()
    opened.add_external_initializers_from_files_in_memory([WEIGHTS], [b"\0" * 1000], [1000])
    with pytest.raises(Exception, match=r"(?i)external|out of|bounds|offset|size"):
        onnxruntime.InferenceSession(GRAPH.read_bytes(), opened, ["CPUExecutionProvider"])

"""What torch makes of trainings in the plane, for the tab's to be compared with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.bundle import bundle
from diffusion_core.labs.points.datasets import points_of
from diffusion_core.labs.points.learning import CHANCE, learn, times_of
from diffusion_core.labs.points.network import PointNetwork, PointNetworkConfig
from diffusion_core.labs.points.plan import BATCH, config_of, plan
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.points.snapshots import Camera
from diffusion_core.request import NO_LABEL
from diffusion_core.schedule import make_schedule
from diffusion_core.training import _batch_of, diffusion_losses, new_state, step_generator, train
from tests.core.plane_runs import whole

LINE = bytes([20, 127, 120, 127, 234, 20, 255, 255, 30, 30, 30, 220])
CASES = {
    "usual": PointSettings(),
    "narrow": PointSettings("spiral", width=8, schedule="linear", seed=3),
    "wide": PointSettings("word", "SUN", width=128, seed=2**31 - 1),
    "blind": PointSettings("rings", told=False, width=32),
    "few levels": PointSettings("smiley", levels=2, width=16),
    "one level": PointSettings("checkerboard", only=0.5, count=100, width=16),
    "few points": PointSettings(count=20, width=32, schedule="linear", levels=100),
    "drawing": PointSettings("drawing", drawing=LINE, width=16, learning_rate=0.005),
}
"""Trainings of every kind."""
STEPS = 40
"""That are taken of each of them."""


def case_facts(folder: Path, name: str, settings: PointSettings) -> dict[str, Any]:
    """A training's plan; the gradients of its first step, from weights none of which are zero; the
    losses of its first steps, and what it draws after them; and its points."""
    facts, arrays = plan(settings)
    (folder / f"{name}.plan").write_bytes(bundle(facts, {k: v.ravel() for k, v in arrays.items()}))
    x_0 = torch.from_numpy(points_of(settings)).float()
    pool = x_0.repeat(math.ceil(BATCH / len(x_0)), 1)
    return {
        "name": name,
        "seed": settings.seed,
        "drawing": list(settings.drawing),
        "points": x_0[:50].flatten().tolist(),
        **_first_step(folder, name, settings, pool),
        **_training(settings, x_0, pool),
    }


def _first_step(folder: Path, name: str, settings: PointSettings, pool: Tensor) -> dict[str, Any]:
    network = _shape(settings).build()
    with torch.no_grad():
        network.leave.weight.copy_(0.3 * torch.sin(torch.arange(2 * settings.width)).view(2, -1))
        network.leave.bias.copy_(torch.tensor([0.1, -0.2]))
    config, schedule = config_of(settings), make_schedule(settings.schedule)
    chosen = _batch_of(0, config, len(pool), CHANCE.order)
    labels, generator = torch.full((BATCH,), NO_LABEL), step_generator(settings.seed, 0)
    chance = times_of(settings), CHANCE.noise
    each = diffusion_losses(network, pool[chosen], labels, generator, schedule, 0.0, *chance)
    loss = each.squared.mean()
    loss.backward()  # type: ignore[no-untyped-call]
    arrays = {f"weights {key}": value for key, value in _named(network, False).items()}
    arrays |= {f"gradients {key}": value for key, value in _named(network, True).items()}
    (folder / f"{name}.gradients").write_bytes(bundle({}, arrays))
    return {"loss": loss.item()}


def _shape(settings: PointSettings) -> PointNetworkConfig:
    return PointNetworkConfig(settings.width, told=settings.told, seed=settings.seed)


def _named(network: PointNetwork, gradients: bool) -> dict[str, np.ndarray[Any, Any]]:
    """Weights or gradients as the tab calls them, and turned over as they lie there."""

    def of(tensor: Tensor) -> np.ndarray[Any, Any]:
        given = tensor.grad if gradients else tensor.detach()
        return (torch.zeros_like(tensor) if given is None else given).numpy().T.copy()

    layers = [(f"block{i}", f"blockBias{i}", block) for i, block in enumerate(network.blocks)]
    named = {
        "enter": np.concatenate([of(network.enter.weight), of(network.noise_level.weight)]),
        "enterBias": of(network.enter.bias),
        "levelBias": of(network.noise_level.bias),
        "leave": of(network.leave.weight),
        "leaveBias": of(network.leave.bias),
    }
    for weight, bias, block in layers:
        assert isinstance(block, nn.Linear)
        named |= {weight: of(block.weight), bias: of(block.bias)}
    return {name: value.ravel() for name, value in named.items()}


def _training(settings: PointSettings, x_0: Tensor, pool: Tensor) -> dict[str, Any]:
    state = new_state(config_of(settings), _shape(settings))
    labels, schedule = torch.full((len(pool),), NO_LABEL), make_schedule(settings.schedule)
    events = train(state, pool, labels, schedule, times_of(settings), CHANCE)
    losses = [next(events).loss for _ in range(STEPS)]
    camera = Camera(settings, x_0)
    denoiser = NetworkDenoiser(state.average)
    paths = camera.paths(denoiser)
    return {
        "losses": losses,
        "paths": paths.flatten().tolist(),
        "field": camera.field(denoiser).flatten().tolist(),
        "levels": camera.losses(denoiser).tolist(),
        "shares": camera.shares(paths[-1]),
    }


def answer_facts(folder: Path) -> dict[str, Any]:
    """A whole short training as it travels."""
    settings = PointSettings("moons", steps=12, width=32)
    facts, arrays = plan(settings)
    (folder / "short.plan").write_bytes(bundle(facts, {k: v.ravel() for k, v in arrays.items()}))
    answer = b"".join(cast("Iterator[bytes]", learn(settings)))
    (folder / "short.answer").write_bytes(answer)
    return {"frames": len(whole([answer]).snapshots)}


FULL = bytes(v for y in range(6, 255, 12) for x in range(6, 255, 12) for v in (x, y))
DRAWINGS = [b"", LINE, b"\x10\x10", b"\x10\x10\xff\xff\x90\x90", b"\x10\x10\x10\x10", FULL]


def drawing_facts() -> list[dict[str, Any]]:
    """Drawings, and the sentence with which one is refused."""
    found = []
    for drawing in DRAWINGS:
        said = None
        try:
            PointSettings("drawing", drawing=drawing)
        except RequestError as error:
            said = str(error)
        found.append({"drawing": list(drawing), "said": said})
    return found


def tab_facts(folder: Path) -> dict[str, Any]:
    return {
        "cases": [case_facts(folder, name, settings) for name, settings in CASES.items()],
        "short": answer_facts(folder),
        "drawings": drawing_facts(),
        "pace": [config_of(PointSettings()).share_at(step) for step in range(800)],
        "order": CHANCE.order(600, step_generator(6, 2)).tolist(),
    }

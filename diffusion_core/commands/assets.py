"""`python -m diffusion_core assets`: draw again what pages show before the model is asked anything.

To be run after the shipped model was trained anew: the embedded digits, what the model makes of
one of them at each noise level, and a recorded run of the reverse process.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from diffusion_core.data.embedded import (
    EMBEDDED,
    FORWARD_SCENE,
    HOME_SCENE,
    ICON,
    RECORDED,
    REVERSE_SCENE,
    embedded_digits,
    forward_noise,
    recorded_digit,
)
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.graph import GRAPH, save_graph
from diffusion_core.files.recording import recording
from diffusion_core.files.shipped import MODELS, SHIPPED
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.labs.guess import guess_along
from diffusion_core.labs.predict.experiments import PREDICTIONS
from diffusion_core.labs.predict.outcomes import save_outcomes
from diffusion_core.pixels import to_model
from diffusion_core.request import Request
from diffusion_core.run import DIGIT_SIZE, draw, sample
from diffusion_core.schedule import COSINE

EACH = 12
"""Embedded digits of each class."""
DIGITS = Request(tuple(np.repeat(np.arange(10), EACH).tolist()), "dpmpp", 40, 2.0, 2026)
REVERSE_DEFAULT = Request((3, 3, 3, 3), "dpmpp", 20, 1.5, 7)
HOME_DEFAULT = Request(tuple(range(10)), "dpmpp", 24, 2.0, 13)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, default=SHIPPED, help="weights, .safetensors")


def run(args: argparse.Namespace) -> None:
    network = load_checkpoint(args.model)
    denoiser = NetworkDenoiser(network)
    for path in (GRAPH, EMBEDDED, FORWARD_SCENE, REVERSE_SCENE, HOME_SCENE, PREDICTIONS, ICON):
        make_sure(path)
    save_graph(GRAPH, network, args.model, DIGIT_SIZE)
    images = np.concatenate(list(draw(denoiser, DIGITS)))
    _save(EMBEDDED, images=images, labels=np.array(DIGITS.labels, np.int64))
    embedded_digits.cache_clear()

    digit, noise = recorded_digit(), forward_noise(RECORDED.seed)
    eps = torch.from_numpy(noise)[None, None]
    guesses = guess_along(denoiser, to_model(digit[None]), eps, COSINE)
    _save(FORWARD_SCENE, **asdict(guesses))

    for path, request in ((REVERSE_SCENE, REVERSE_DEFAULT), (HOME_SCENE, HOME_DEFAULT)):
        recorded = b"".join(recording(request, sample(denoiser, request)))
        _save(path, recording=np.frombuffer(recorded, np.uint8))
    networks = {name: NetworkDenoiser(load_checkpoint(path)) for name, path in MODELS.items()}
    save_outcomes({**networks, "digits": denoiser})
    _save_icon(digit, noise)
    made = {
        str(path.name): path.stat().st_size
        for path in (GRAPH, EMBEDDED, FORWARD_SCENE, REVERSE_SCENE, HOME_SCENE)
    }
    print(f"Wrote {json.dumps(made)} (bytes).")


def _save_icon(digit: NDArray[np.uint8], noise: NDArray[np.float32]) -> None:
    """The browser tab's icon: the digit, clear on the left and drowned in noise on the right."""
    angle = np.linspace(0, np.pi / 2, digit.shape[1])
    mixed = np.cos(angle) * (digit / 127.5 - 1) + np.sin(angle) * noise
    picture = Image.fromarray(((mixed.clip(-1, 1) + 1) * 127.5).astype(np.uint8))
    with replacing(ICON) as temporary:
        picture.resize((112, 112), Image.Resampling.NEAREST).save(temporary, "PNG")


def _save(path: Path, **arrays: NDArray[Any]) -> None:
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

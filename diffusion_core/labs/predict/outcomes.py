"""Run the experiments of experiments.py, and say what came of them.

An outcome counts only if it is unmistakable to a person: each measure leaves a gap between its
answers, and what falls into the gap is None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.data.embedded import RECORDED, forward_noise, recorded_digit
from diffusion_core.denoiser import Denoiser
from diffusion_core.editing import run_from
from diffusion_core.errors import UserFacingError
from diffusion_core.files.whole import replacing
from diffusion_core.labs.guess import guess_along
from diffusion_core.labs.predict.experiments import EXPERIMENTS, PREDICTIONS, Experiment, Setup
from diffusion_core.pixels import to_model, to_uint8
from diffusion_core.request import GUESS_LEVELS, NO_LABEL, Request, network_of
from diffusion_core.run import answered, reverse
from diffusion_core.schedule import COSINE

Pictures = NDArray[np.float64]
SEEDS = 40
"""How many seeds are tried before an experiment is given up."""


class NoOutcomeError(UserFacingError):
    """With no seed was the outcome of an experiment unmistakable."""


def original() -> Tensor:
    """The digit that is covered with noise, (1, 1, 28, 28) in [-1, 1]."""
    return to_model(recorded_digit()[None])


def draw(setup: Setup, seed: int, denoisers: Mapping[str, Denoiser]) -> tuple[Pictures, int]:
    """The pictures of a run, (n, 784) from 0 to 1, and how many network calls each took."""
    if setup.told is not None:
        return _told(setup.told, denoisers["digits"]), 1
    label = setup.digit if setup.guidance > 0 else NO_LABEL
    request = Request((label,) * setup.n, setup.sampler, setup.steps, setup.guidance, seed)
    t = setup.until
    run = reverse(request) if t is None else run_from(original()[0], t / 1000, request)
    *_, last = answered(run, denoisers[network_of(setup.sampler)])
    return _seen(last.x_next), last.calls


def _seen(x: Tensor) -> Pictures:
    return to_uint8(x).reshape(len(x), -1) / 255


def _told(told: int, denoiser: Denoiser) -> Pictures:
    eps = torch.from_numpy(forward_noise(RECORDED.seed))[None, None]
    guesses = guess_along(denoiser, original(), eps, COSINE, told_about=0.5)
    level = round(told / 1000 * (GUESS_LEVELS - 1))
    return guesses.x0_hat[level].reshape(1, -1) / 255


def apart(a: Pictures, b: Pictures) -> Pictures:
    """Root mean squared difference of pictures; two different digits are about 0.35 apart."""
    return np.sqrt(np.square(a - b).mean(axis=-1))


def greyness(pictures: Pictures) -> float:
    """The share of pixels that are neither black nor white; of real digits about 0.1."""
    return float(((pictures > 0.2) & (pictures < 0.8)).mean())


def measure(experiment: Experiment, seed: int, denoisers: Mapping[str, Denoiser]) -> str | None:
    """The outcome's name, or None where it is not unmistakable."""
    drawn = [draw(setup, seed, denoisers) for setup in experiment.lanes]
    first, second = drawn[0][0], drawn[-1][0]
    match experiment.measure:
        case "look":
            return _look(first)
        case "same":
            away = apart(first, second)
            return "same" if away.max() < 0.06 else "different" if away.min() > 0.15 else None
        case "returns":
            away = apart(first, _seen(original()))
            return "original" if away.max() < 0.12 else "others" if away.min() > 0.2 else None
        case "ink":
            ratio = second.mean() / first.mean()
            return "more" if ratio > 1.12 else "less" if ratio < 0.88 else None
        case "alike":
            ratio = variety(second) / variety(first)
            return "more" if ratio < 0.85 else "less" if ratio > 1.15 else None
        case "calls":
            return str(drawn[0][1])
        case "told":
            return _told_look(first)


def variety(pictures: Pictures) -> float:
    """How different pictures are from each other: the mean distance of all pairs."""
    pairs = [(i, j) for i in range(len(pictures)) for j in range(i)]
    return float(np.mean([apart(pictures[i], pictures[j]) for i, j in pairs]))


def roughness(pictures: Pictures) -> float:
    """The mean difference of neighbouring pixels; of real digits about 0.06, of noise 0.3."""
    return float(np.abs(np.diff(pictures.reshape(-1, 28, 28), axis=2)).mean())


def _look(pictures: Pictures) -> str | None:
    """Sharp digits are black and white; an average of many is grey; noise is rough."""
    grey = greyness(pictures)
    if roughness(pictures) > 0.25:
        return "noise"
    return "sharp" if grey < 0.11 else "blur" if grey > 0.2 else None


def _told_look(pictures: Pictures) -> str | None:
    """Grain that was taken for ink is rough; strokes that were not trusted are grey."""
    if roughness(pictures) > 0.12:
        return "grain"
    return "soft" if greyness(pictures) > 0.2 else "clean" if greyness(pictures) < 0.11 else None


def derive(denoisers: Mapping[str, Denoiser]) -> dict[str, dict[str, int | str]]:
    """For each experiment the first seed at which the outcome is unmistakable, and that outcome.

    NoOutcomeError, naming the experiment, if none of SEEDS seeds will do.
    """
    found: dict[str, dict[str, int | str]] = {}
    for name, experiment in EXPERIMENTS.items():
        for seed in range(experiment.first_seed, experiment.first_seed + SEEDS):
            outcome = measure(experiment, seed, denoisers)
            if outcome is not None:
                found[name] = {"seed": seed, "outcome": outcome}
                break
        else:
            raise NoOutcomeError(f"With no seed is the outcome of {name!r} clear: change it.")
    return found


def save_outcomes(denoisers: Mapping[str, Denoiser]) -> None:
    """Derive all outcomes anew and keep them."""
    found = derive(denoisers)
    with replacing(PREDICTIONS) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", "utf-8")

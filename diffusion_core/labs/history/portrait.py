"""How a network learned: what it could draw and say at each moment of its training.

Of every moment (moments.py) the same is asked, so that the moments can be compared: the ten digits
from two noises, the clean digit that it expects in one noisy picture at four levels, its loss at
each noise level, and the Frechet distance of what it draws. That takes about half a minute a
moment, and is done after the run, or during it in a process of its own; what has been found out is
kept beside the weights.

The result is assets/scenes/history.npz (embedded.HISTORY_SCENE), which pages read without torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from diffusion_core.data.embedded import embedded_digits, forward_noise
from diffusion_core.data.mnist import Digits, load_mnist
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.whole import replacing
from diffusion_core.labs.one_step.descent import level_losses
from diffusion_core.measure.classifiers import FeatureNet, features_of, load_classifier
from diffusion_core.measure.evaluation import Moments, frechet_distance, moments, some_of
from diffusion_core.pixels import to_model, to_uint8
from diffusion_core.prediction import add_noise
from diffusion_core.request import NO_LABEL, NUM_CLASSES, Request
from diffusion_core.run import draw
from diffusion_core.schedule import COSINE, alpha_sigma

SEEDS = (7, 2026)
"""Of the two noises."""
STEPS = 20
"""In which the ten digits are drawn, with DPM-Solver++(2M) and without guidance."""
GUESS_TIMES = (0.3, 0.5, 0.7, 0.9)
GUESS_DIGIT = 38
"""Which embedded digit the guesses are about: a three, as on the forward page."""
GUESS_SEED = 24
LEVELS = np.linspace(0.025, 0.975, 20)
LEVEL_DIGITS = 128
"""Test digits on which the loss at each level is measured."""
MEASURED = 2000
MEASURED_STEPS = 10
"""How many digits the Frechet distance is measured on, and in how many steps they are drawn."""


@dataclass(frozen=True)
class Yardstick:
    """What drawings are compared with."""

    feature_net: FeatureNet
    training: Moments
    unseen: Digits
    """MNIST's test digits."""

    @classmethod
    def load(cls) -> Yardstick:
        """UserFacingError, with what to do, if MNIST or the classifier is missing."""
        feature_net, digits = load_classifier(FeatureNet), load_mnist("train")
        whole = moments(features_of(feature_net, digits.images), digits.labels)
        return cls(feature_net, whole, load_mnist("test"))

    def distance(self, digits: Digits) -> float:
        """The Frechet distance to the training digits, each label counting the same."""
        features = features_of(self.feature_net, digits.images)
        return frechet_distance(moments(features, digits.labels), self.training)

    def floor(self, count: int) -> float:
        """That of as many real digits, unseen in training: what a perfect model would score."""
        return self.distance(some_of(self.unseen, count, seed=0))


def asked_about() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The digit of the one-step guesses (28, 28), and its noisy pictures (levels, 28, 28)."""
    digit = embedded_digits().images[GUESS_DIGIT]
    return digit, to_uint8(_noisy(digit))


def _noisy(digit: NDArray[np.uint8]) -> torch.Tensor:
    alpha, sigma = alpha_sigma(COSINE, np.array(GUESS_TIMES))
    many = (len(GUESS_TIMES), 1, 28, 28)
    eps = torch.from_numpy(forward_noise(GUESS_SEED)).expand(many)
    return add_noise(to_model(digit[None]).expand(many), eps, alpha, sigma)


def portrait(path: Path, yardstick: Yardstick, measured: int = MEASURED) -> dict[str, Any]:
    """What the network at `path` draws and says: arrays by name, without the moment's axis.

    samples uint8 (2, 10, 28, 28), guesses uint8 (4, 28, 28), level_loss float32 (levels,) of the
    squared error of v, frechet.
    """
    network = load_checkpoint(path)
    denoiser = NetworkDenoiser(network)
    ten = tuple(range(NUM_CLASSES))
    drawn = [
        np.concatenate([*draw(denoiser, Request(ten, "dpmpp", STEPS, seed=seed))]) for seed in SEEDS
    ]
    alpha, sigma = alpha_sigma(COSINE, np.array(GUESS_TIMES))
    # It is not told which digit it is: it has to see that for itself.
    nothing = torch.full((len(GUESS_TIMES),), NO_LABEL)
    guesses = denoiser(_noisy(embedded_digits().images[GUESS_DIGIT]), alpha, sigma, nothing)
    unseen = yardstick.unseen
    some = to_model(unseen.images[:LEVEL_DIGITS]), torch.from_numpy(unseen.labels[:LEVEL_DIGITS])
    labels = np.arange(measured) % NUM_CLASSES
    request = Request(tuple(labels.tolist()), "dpmpp", MEASURED_STEPS)
    many = Digits(np.concatenate([*draw(denoiser, request)]), labels)
    return {
        "samples": np.stack(drawn),
        "guesses": to_uint8(guesses.x0_hat),
        "level_loss": np.array([*level_losses(network, *some, LEVELS)], np.float32),
        "frechet": np.float64(yardstick.distance(many)),
        "measured": np.int64(measured),
    }


def kept_portrait(
    path: Path, kept: Path, yardstick: Yardstick, measured: int = MEASURED
) -> dict[str, Any]:
    """The same, kept in a file; found out anew where the weights are newer than that."""
    if kept.is_file() and kept.stat().st_mtime >= path.stat().st_mtime:
        with np.load(kept) as file:
            if int(file["measured"]) == measured:
                return {name: file[name] for name in file.files}
    found = portrait(path, yardstick, measured)
    with replacing(kept) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **found)
    return found


def curve_of(losses: NDArray[np.float64], most: int = 200) -> NDArray[np.float32]:
    """(steps,) training losses to at most `most` points (points, 2): up to which step, mean loss.

    The points lie as close in the logarithm of the step as the moments do: the beginning, where
    most happens, is seen.
    """
    ends = np.unique(np.geomspace(1, len(losses), most).round().astype(int))
    starts = np.concatenate([[0], ends[:-1]])
    means = [losses[a:b].mean() for a, b in zip(starts, ends, strict=True)]
    return np.stack([ends, means], axis=1).astype(np.float32)

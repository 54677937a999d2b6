"""Training steps, taken slowly: what is asked, what is answered, and what one step changes.

The steps are real, with the loss of training.py on a copy of a real network, but plain: gradient
descent on one digit, or sixteen, where the shipped model learned from 128 at a time with Muon and
AdamW. Everything that round k draws follows from (seed, k), so that no copy has to be kept: what
has been forgotten is done again. A few are kept, because the next round is mostly asked for next.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.data.mnist import Digits, load_mnist
from diffusion_core.files.bundle import bundle
from diffusion_core.labs.one_step.descent import descend, level_losses, shuffled_times
from diffusion_core.labs.one_step.job import LevelCurve, TrainingRounds
from diffusion_core.pixels import to_model
from diffusion_core.prediction import Prediction, from_velocity
from diffusion_core.service.work import Networks, Work
from diffusion_core.training import (
    Questions,
    diffusion_losses,
    questions,
    squared_errors,
    step_generator,
)
from diffusion_core.unet import UNetConfig

OTHERS = 32
"""Digits that no round learns from, each at a time and with noise of its own, always the same."""
CURVE_DIGITS = 32
CURVE_LEVELS = 21
FILTER = "leave.weight"
"""The network's last convolution, (4, channels, 3, 3): the first that learns anything, since the
blocks before it begin as if they were not there."""
NEW_SEED = 0
"""Of the untrained network's random weights."""


@dataclass
class Rounds:
    """A copy of a network, and what the rounds so far did to it."""

    network: nn.Module
    done: int = 0
    dots: list[tuple[float, float]] = field(default_factory=list)
    """(t, loss in v before the step) of every example so far, newest last."""
    others: float | None = None
    """Their loss now; None where nobody has asked."""

    def copy(self) -> Rounds:
        return replace(self, network=deepcopy(self.network), dots=[*self.dots])


class RoundKeeper:
    """Does rounds, and keeps the latest few copies. `shipped` gives the network that ships: only
    where it is asked for, since it may be missing."""

    def __init__(self, shipped: Callable[[], nn.Module], kept: int = 6) -> None:
        self._shipped = shipped
        self._kept: OrderedDict[TrainingRounds, Rounds] = OrderedDict()
        self._room = kept

    def work(self, job: TrainingRounds) -> Iterator[bytes]:
        """The answer to a job, in turns: b"" for one, then the answer. Errors as of descend."""
        rounds = self._latest(job)
        digits = pool(job.mnist)
        while rounds.done < job.rounds - 1:
            take_round(rounds, job, digits)
            yield b""
        yield examine(rounds, job, digits)
        self._keep(job, rounds)

    def curve(self, job: LevelCurve) -> Iterator[bytes]:
        """The answer to a LevelCurve, in turns: times and losses, as JSON in a bundle."""
        levels = np.linspace(0, 1, CURVE_LEVELS)
        losses = []
        network, some = self._begin(job.network), pool(job.mnist)[slice(CURVE_DIGITS)]
        for loss in level_losses(network, *some, levels):
            losses.append(loss)
            yield b""
        yield bundle({"levels": levels.tolist(), "losses": losses, "digits": CURVE_DIGITS}, {})

    def _begin(self, name: str) -> nn.Module:
        """A copy of that network, free to learn."""
        network = deepcopy(self._shipped()) if name == "digits" else new_network(NEW_SEED)
        return network.requires_grad_(True)

    def _latest(self, job: TrainingRounds) -> Rounds:
        """A copy that has done the most rounds of this job, but not yet its last."""
        for done in range(job.rounds - 1, 0, -1):
            known = self._kept.get(replace(job, rounds=done))
            if known is not None:
                return known.copy()
        return Rounds(self._begin(job.network))

    def _keep(self, job: TrainingRounds, rounds: Rounds) -> None:
        self._kept[job] = rounds
        self._kept.move_to_end(job)
        while len(self._kept) > self._room:
            self._kept.popitem(last=False)


def round_keeper(networks: Networks) -> RoundKeeper:
    """Those of a process."""
    return RoundKeeper(lambda: networks["digits"].network)


def rounds_done(job: TrainingRounds, networks: Networks) -> Work:
    """RoundKeeper.work, with the copies that this process keeps."""
    yield b""
    yield from networks.kept(round_keeper).work(job)


def curved(job: LevelCurve, networks: Networks) -> Work:
    """RoundKeeper.curve."""
    yield b""
    yield from networks.kept(round_keeper).curve(job)


def take_round(rounds: Rounds, job: TrainingRounds, digits: Pool) -> float:
    """Do the next round of the job; the length of its gradient."""
    number = rounds.done + 1
    batch = digits[batch_of(number, job, len(digits))]
    generator = step_generator(job.seed, number)
    t, losses, norm = descend(rounds.network, *batch, generator, job.rate)
    rounds.done, rounds.others = number, None
    rounds.dots += zip(t.tolist(), losses.tolist(), strict=True)
    return norm


def batch_of(number: int, job: TrainingRounds, count: int) -> NDArray[np.int64]:
    """Which digits round `number` learns from: never one of the others, which come last."""
    return np.random.default_rng((job.seed, number)).integers(count - OTHERS, size=job.batch)


def examine(rounds: Rounds, job: TrainingRounds, digits: Pool) -> bytes:
    """Do the job's last round and say everything about it: a bundle.

    Of the round's first digit: x0, eps, x_t, what the network answered (eps_hat, x0_hat) and what
    it answers to the same question after the step (eps_hat_after, x0_hat_after), float32 (784,)
    each; filter and filter_after, float32 (rows, columns), side by side 3x3 weights. In the head:
    number of the round, t, alpha, sigma, label, loss and loss_after in v of this digit, those of
    the others, the gradient's length, and all rounds' dots. None for what is no finite number.
    """
    number = rounds.done + 1
    x_0, labels = digits[batch_of(number, job, len(digits))]
    asked = questions(x_0, labels, step_generator(job.seed, number), times=shuffled_times)
    if rounds.others is None:
        rounds.others = others_loss(rounds.network, digits)
    others, weights, said = rounds.others, filter_of(rounds.network), said_to(rounds, asked)
    norm, furthest = watched_round(rounds, job, digits)
    after = said_to(rounds, asked)
    rounds.others = others_loss(rounds.network, digits)
    head: dict[str, Any] = {
        "round": number,
        "t": float(asked.t[0]),
        "alpha": float(asked.alpha[0]),
        "sigma": float(asked.sigma[0]),
        "label": int(labels[0]),
        "loss": finite(said.loss),
        "loss_after": finite(after.loss),
        "batch_loss": finite(said.batch_loss),
        "batch_loss_after": finite(after.batch_loss),
        "others": finite(others),
        "others_after": finite(rounds.others),
        "gradient": finite(norm),
        "furthest": finite(furthest),
        "parameters": sum(p.numel() for p in rounds.network.parameters()),
        "rate": job.rate,
        "batch": job.batch,
        "dots": [[time, finite(loss)] for time, loss in rounds.dots],
    }
    pictures = {
        "x0": x_0[:1],
        "eps": asked.eps[:1],
        "x_t": asked.x_t[:1],
        "eps_hat": said.first.eps_hat,
        "x0_hat": said.first.x0_hat,
        "eps_hat_after": after.first.eps_hat,
        "x0_hat_after": after.first.x0_hat,
    }
    arrays = {name: picture.numpy().astype(np.float32) for name, picture in pictures.items()}
    arrays |= {"filter": weights.numpy(), "filter_after": filter_of(rounds.network).numpy()}
    return bundle(head, arrays)


class Said(NamedTuple):
    """What a network answers to a round's questions."""

    first: Prediction
    """About its first digit, (1, 1, 28, 28) each."""
    loss: float
    """In v, of the first digit."""
    batch_loss: float
    """The same, of all of them."""


def said_to(rounds: Rounds, asked: Questions) -> Said:
    """What the network answers, as it is now."""
    with torch.inference_mode():
        v_hat = rounds.network(asked.x_t, asked.told, asked.labels)
    losses = squared_errors(v_hat, asked.v)
    first = from_velocity(v_hat[:1], asked.x_t[:1], float(asked.alpha[0]), float(asked.sigma[0]))
    return Said(first, float(losses[0]), float(losses.mean()))


def watched_round(rounds: Rounds, job: TrainingRounds, digits: Pool) -> tuple[float, float]:
    """Do the next round; the length of its gradient, and how far the weight that moved most did."""
    before = [p.detach().clone() for p in rounds.network.parameters()]
    norm = take_round(rounds, job, digits)
    with torch.no_grad():
        after = zip(rounds.network.parameters(), before, strict=True)
        moved = [(p - was).abs().max() for p, was in after]
    return norm, float(torch.stack(moved).max())


def filter_of(network: nn.Module) -> Tensor:
    """The weights that are shown: the first output's, side by side."""
    return mosaic(network.get_parameter(FILTER).detach()[0].clone())


def finite(value: float) -> float | None:
    """The number, or None where JSON has no word for it."""
    return value if math.isfinite(value) else None


def others_loss(network: nn.Module, digits: Pool) -> float:
    """The loss on digits that no round learns from."""
    with torch.inference_mode():
        losses = diffusion_losses(network, *digits[slice(-OTHERS, None)], step_generator(0, 0))
    return float(losses.squared.mean())


def mosaic(kernels: Tensor, columns: int = 8) -> Tensor:
    """(C, 3, 3) side by side and below each other: (3 C / columns, 3 columns)."""
    rows = len(kernels) // columns
    tiles = kernels.reshape(rows, columns, 3, 3)
    return tiles.permute(0, 2, 1, 3).reshape(3 * rows, 3 * columns).contiguous()


def new_network(seed: int) -> nn.Module:
    """A network of the shipped shape with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return UNetConfig().build().eval()


class Pool:
    """The digits that rounds draw from, in an order that has nothing to do with their classes."""

    def __init__(self, found: Digits) -> None:
        order = np.random.default_rng(0).permutation(len(found))
        self._images, self._labels = found.images[order], found.labels[order]

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, places: NDArray[np.int64] | slice) -> tuple[Tensor, Tensor]:
        """x_0 (B, 1, 28, 28) in [-1, 1] and labels (B,)."""
        return to_model(self._images[places]), torch.from_numpy(self._labels[places])


@cache
def pool(mnist: bool) -> Pool:
    """MNIST's test digits, or the embedded ones. MnistError if MNIST is not there."""
    return Pool(load_mnist("test") if mnist else embedded_digits())

"""Distillation: teach a copy of the model to reach in one, two or four leaps where it walked.

The student is asked at LEAP_TIMES only, and answers at each with a finished picture. It learns in
two ways at once:

- From its teacher. The teacher walks from noise to pictures, with guidance, and the student is
  asked, at points along such a path, where it ends (Luhman & Luhman 2021, arXiv:2101.02388; with
  several points on a path, as in multistep consistency models, Heek et al. 2024,
  arXiv:2403.06807). Squared error alone makes it cautious: where it is unsure between pictures, it
  answers with their blurred mean.
- From a critic. A second, small network learns to tell the student's pictures from real ones, and
  the student learns to look more real to it (adversarial diffusion distillation, Sauer et al.
  2023, arXiv:2311.17042). The critic compares pairs and is held smooth around real and drawn
  pictures, which makes the game converge (R3GAN, Huang et al. 2024, arXiv:2501.05441).

Guidance is folded in: the student learns from guided paths and is asked once per leap.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import TrainingDivergedError
from diffusion_core.prediction import Prediction, add_noise, from_velocity
from diffusion_core.request import LEAP_TIMES, NUM_CLASSES, Request
from diffusion_core.run import sample, start_of
from diffusion_core.samplers import grid_of, levels_at
from diffusion_core.schedule import COSINE, Floats, alpha_sigma
from diffusion_core.training import ema_decay, step_generator
from diffusion_core.unet import UNet


@dataclass(frozen=True)
class DistillationConfig:
    """How to distil. Times are in steps of one batch."""

    steps: int = 2000
    batch_size: int = 128
    paths: int = 6_000
    """How many paths of the teacher to learn from; equally many of each digit."""
    path_steps: int = 16
    guidance: float = 1.2
    learning_rate: float = 3e-4
    critic_rate: float = 5e-4
    critic_from: int = 300
    """The step at which the critic joins in; before, the student only follows its teacher."""
    critic_weight: float = 0.02
    smoothness: float = 1.0
    """Of the critic: the weight of its squared gradient, at real and at drawn pictures."""
    ema_gamma: float = 16.97
    precision: str = "float32"
    seed: int = 0


@dataclass(frozen=True)
class Paths:
    """Points on the teacher's paths, at LEAP_TIMES, and where each path ended."""

    points: Tensor
    """(N, len(LEAP_TIMES), 1, 28, 28) float16"""
    ends: Tensor
    """(N, 1, 28, 28) float16"""
    labels: Tensor
    """(N,) int64"""


def path_times(steps: int) -> Floats:
    """The samplers' grid of so many steps (at least 8), bent to pass through all of LEAP_TIMES."""
    times = grid_of("dpmpp", max(8, steps))
    for stop in LEAP_TIMES:
        times[np.abs(times - stop).argmin()] = stop
    return times


@torch.no_grad()
def teacher_paths(
    teacher: UNet, config: DistillationConfig, device: str = "cpu", batch_size: int = 250
) -> Iterator[Paths]:
    """The teacher's guided paths from fresh noise, batch after batch."""
    times = path_times(config.path_steps)
    exactly, half = NetworkDenoiser(teacher), config.precision == "bfloat16"

    def denoiser(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        with torch.autocast(x_t.device.type, torch.bfloat16, enabled=half):
            return exactly(x_t, alpha, sigma, label)

    for first in range(0, config.paths, batch_size):
        count = min(batch_size, config.paths - first)
        labels = torch.arange(first, first + count, device=device) % NUM_CLASSES
        generator = step_generator(config.seed + 2, first, device)
        x = torch.randn((count, 1, 28, 28), generator=generator, device=device)
        points = [x]
        request = Request(tuple(labels.tolist()), "dpmpp", len(times) - 1, config.guidance)
        for step in sample(denoiser, request, replace(start_of(request), x=x), levels_at(times)):
            x = step.x_next
            if any(math.isclose(step.t_next, stop) for stop in LEAP_TIMES):
                points.append(x)
        yield Paths(torch.stack(points, 1).half(), x.clamp(-1, 1).half(), labels)


class Critic(nn.Module):
    """Says how real a picture of this label looks: (B, 1, 28, 28), (B,) int64 to (B,).

    No normalisation, as R3GAN asks for: what one picture scores must not depend on the others.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.fold = nn.PixelUnshuffle(2)
        self.enter = nn.Conv2d(4, width, 3, padding=1)  # 14x14
        self.first = _CriticBlock(width, 2 * width)  # to 7x7
        self.second = _CriticBlock(2 * width, 4 * width)  # to 3x3
        self.leave = nn.Linear(9 * 4 * width, 128)
        self.score = nn.Linear(128, 1)
        self.label = nn.Embedding(NUM_CLASSES, 128)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        h = self.second(self.first(self.enter(self.fold(x))))
        features = F.silu(self.leave(F.silu(h).flatten(1)))
        # How real, and how much like its label (Miyato & Koyama 2018, arXiv:1802.05637).
        return self.score(features)[:, 0] + (features * self.label(label)).sum(1) / 128**0.5


class _CriticBlock(nn.Module):
    """(B, C_in, H, W) to (B, C_out, H // 2, W // 2)."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.shortcut = nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv2(F.silu(self.conv1(F.silu(x))))
        return F.avg_pool2d(self.shortcut(x) + h, 2)


@dataclass
class DistillationState:
    """Everything that a resumed run needs. `average` is the student that is kept."""

    config: DistillationConfig
    student: UNet
    average: UNet
    critic: Critic
    optimizer: torch.optim.AdamW
    critic_optimizer: torch.optim.AdamW
    step: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class DistillationEvent:
    """What one step did: how far from the teacher's answers the student was (root mean square
    over pixels), and how often the critic told the student's picture from the real one."""

    step: int
    distance: float
    told_apart: float
    seconds: float


def new_distillation(teacher: UNet, config: DistillationConfig, device: str) -> DistillationState:
    """A student that begins as a copy of its teacher, and a critic that knows nothing."""
    student, average = (copy.deepcopy(teacher).to(device) for _ in range(2))
    student.train().requires_grad_(True)
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        critic = Critic().to(device)
    return DistillationState(
        config,
        student,
        average.requires_grad_(False),
        critic,
        # Without momentum: what a player did wrong before says little in a game that moves on.
        torch.optim.AdamW(student.parameters(), config.learning_rate, (0.0, 0.99), fused=True),
        torch.optim.AdamW(critic.parameters(), config.critic_rate, (0.0, 0.99), fused=True),
    )


def distil(
    state: DistillationState, paths: Paths, x_0: Tensor, labels: Tensor
) -> Iterator[DistillationEvent]:
    """Run the remaining steps, over the teacher's paths and real pictures x_0 (N, 1, 28, 28).

    Changes `state` in place and yields after each step. TrainingDivergedError if a loss is not
    finite.
    """
    config = state.config
    began, before = time.monotonic(), state.seconds
    of_label = [torch.nonzero(paths.labels == k)[:, 0] for k in range(NUM_CLASSES)]
    while state.step < config.steps:
        asked = _draw_questions(state, paths, of_label, x_0, labels)
        loss, distance, told_apart = _losses(state, asked)
        if not math.isfinite(loss.item()):
            raise TrainingDivergedError(
                f"The loss at step {state.step} is {loss.item()}: distil again with another seed."
            )
        _descend(state, loss)
        state.seconds = before + time.monotonic() - began
        yield DistillationEvent(state.step, distance, told_apart, state.seconds)


class _Asked(NamedTuple):
    """What one step asks about."""

    real: Tensor
    label: Tensor
    t: Tensor
    alpha: Tensor
    sigma: Tensor
    x_t: Tensor
    """The first half stands on paths of the teacher, the others on noised real pictures."""
    ends: Tensor
    """Where the paths of the first half end."""


def _draw_questions(
    state: DistillationState, paths: Paths, of_label: list[Tensor], x_0: Tensor, labels: Tensor
) -> _Asked:
    config, device = state.config, x_0.device
    generator = step_generator(config.seed, state.step)
    chosen = torch.randint(len(x_0), (config.batch_size,), generator=generator)
    real, label = x_0[chosen.to(device)], labels[chosen.to(device)]
    # Pure noise is where the longest leaps begin: a third of all questions.
    share = torch.tensor([2.0] + [4 / 3] * (len(LEAP_TIMES) - 1))
    level = torch.multinomial(share, config.batch_size, replacement=True, generator=generator)
    alpha, sigma = (torch.as_tensor(a)[level] for a in alpha_sigma(COSINE, LEAP_TIMES))
    x_t = add_noise(real, torch.randn(real.shape, generator=generator).to(device), alpha, sigma)
    half = config.batch_size // 2
    on_path = torch.stack(
        [
            of_label[k][torch.randint(len(of_label[k]), (), generator=generator)]
            for k in label[:half].tolist()
        ]
    )
    x_t[:half] = paths.points[on_path, level[:half]].to(x_t)
    t = torch.tensor(LEAP_TIMES)[level].float().to(device)
    return _Asked(real, label, t, alpha, sigma, x_t, paths.ends[on_path].to(x_t))


def _losses(state: DistillationState, asked: _Asked) -> tuple[Tensor, float, float]:
    """The student's loss, its distance from the teacher, and how often the critic, which learns
    meanwhile, tells its pictures from real ones."""
    config, half = state.config, len(asked.ends)
    bfloat16 = config.precision == "bfloat16"
    with torch.autocast(asked.x_t.device.type, torch.bfloat16, enabled=bfloat16):
        v = state.student(asked.x_t, asked.t, asked.label).float()
    drawn = from_velocity(v, asked.x_t, asked.alpha, asked.sigma).x0_hat
    squared = (drawn[:half] - asked.ends).square().mean(dim=(1, 2, 3))
    # Pseudo-Huber: the far-off ones must not outweigh all others.
    loss, told_apart = ((squared + 1e-4).sqrt() - 1e-2).mean(), 0.5
    if state.step >= config.critic_from:
        told_apart = _teach_critic(state, asked.real, drawn.detach(), asked.label)
        lead = state.critic(asked.real, asked.label) - state.critic(drawn, asked.label)
        loss = loss + config.critic_weight * F.softplus(lead).mean()
    return loss, squared.mean().sqrt().item(), told_apart


def _descend(state: DistillationState, loss: Tensor) -> None:
    """One step of the student, and of the average that follows it."""
    config = state.config
    rate = config.learning_rate * min(1.0, 4 * (config.steps - state.step) / config.steps)
    state.optimizer.param_groups[0]["lr"] = rate
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.student.parameters(), 1.0)
    state.optimizer.step()
    state.step += 1
    keep = ema_decay(state.step, config.ema_gamma)
    with torch.no_grad():
        averaged: list[Tensor] = [*state.average.parameters()]
        torch._foreach_lerp_(averaged, [*state.student.parameters()], 1 - keep)


def _teach_critic(state: DistillationState, real: Tensor, drawn: Tensor, label: Tensor) -> float:
    """One step of the critic: relativistic loss, and zero-centred gradient penalties.

    (R3GAN, eq. 2 and 3.) The penalties cost as much as the rest, so they are computed at every
    fourth step, with four times the weight (StyleGAN2's lazy regularisation, arXiv:1912.04958).
    """
    penalised = state.step % 4 == 0
    real, drawn = real.requires_grad_(penalised), drawn.requires_grad_(penalised)
    of_real, of_drawn = state.critic(real, label), state.critic(drawn, label)
    loss = F.softplus(of_drawn - of_real).mean()
    if penalised:
        slopes = torch.autograd.grad(
            of_real.sum() + of_drawn.sum(), [real, drawn], create_graph=True
        )
        steepness = sum(slope.square().sum(dim=(1, 2, 3)).mean() for slope in slopes)
        loss = loss + 4 * state.config.smoothness / 2 * steepness
    state.critic_optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    state.critic_optimizer.step()
    real.requires_grad_(False)
    return float((of_real > of_drawn).float().mean())

"""Between two digits: along the arc between their start noises, and from label to label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from diffusion_core.guidance import Guided, Query
from diffusion_core.prediction import Prediction, per_image
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import DIGIT_SIZE, Run, noise_from, picture_generators, reverse, start_of
from diffusion_core.schedule import Floats


def slerp(a: Tensor, b: Tensor, weight: Floats) -> Tensor:
    """From a (1, ...) to b (1, ...) along the arc between them: (len(weight), ...).

    sin((1 - w) o) / sin(o) a + sin(w o) / sin(o) b, where o is the angle between a and b
    (Shoemake 1985, "Animating rotation with quaternion curves", section 3.3). Noise of many pixels
    has nearly the same length, sqrt(pixels), wherever it points; so have all points of the arc,
    while the straight line between two noises leads through shorter ones, which no noise ever is.
    Exactly a where w = 0, and exactly b where w = 1.
    """
    cosine = torch.cosine_similarity(a.double().flatten(), b.double().flatten(), dim=0)
    angle = float(cosine.clamp(-1, 1).arccos())
    w = np.asarray(weight, np.float64)
    if np.sin(angle) < 1e-6:  # The same direction, or opposite ones: there is no one arc.
        of_a, of_b = 1 - w, w
    else:
        of_a, of_b = np.sin((1 - w) * angle) / np.sin(angle), np.sin(w * angle) / np.sin(angle)
    return per_image(of_a, a) * a + per_image(of_b, b) * b


def start_noise(seed: int) -> Tensor:
    """The noise from which the first picture of a seed is drawn, (1, 1, 28, 28)."""
    return noise_from(picture_generators(seed, 1), DIGIT_SIZE)


@dataclass(frozen=True)
class Blend:
    """A guide from one label to another: both are asked about, and their answers mixed.

    eps = eps_uncond + s (eps_mixed - eps_uncond), eps_mixed = (1 - w) eps_first + w eps_second:
    classifier-free guidance with a mixture of conditions (Liu et al. 2022, arXiv:2206.01714, eq.
    11, with weights that add up to s). Where w is 0 or 1, one label is asked about and no other.

    first, second: labels (B,), NO_LABEL for none; weight: w (B,), 0 to 1.
    """

    first: Tensor
    second: Tensor
    weight: Tensor
    guidance: float

    @property
    def _mixed(self) -> Tensor:
        """Which pictures need both labels."""
        return torch.nonzero((self.weight > 0) & (self.weight < 1) & (self.first != self.second))[
            :, 0
        ]

    @property
    def _main(self) -> Tensor:
        return torch.where(self.weight >= 1, self.second, self.first)

    @property
    def _without(self) -> bool:
        """Whether the answer without a label is needed beside the others."""
        return self.guidance not in (0, 1)

    def query(self, x_t: Tensor, alpha: Floats, sigma: Floats) -> Query:
        nothing = torch.full_like(self.first, NO_LABEL)
        if self.guidance == 0:
            return Query(x_t, alpha, sigma, nothing)
        every, mixed = torch.arange(len(x_t)), self._mixed
        which = torch.cat([every, mixed, every] if self._without else [every, mixed])
        labels = [self._main, self.second[mixed], *([nothing] if self._without else [])]
        return Query(x_t[which], alpha[which.numpy()], sigma[which.numpy()], torch.cat(labels))

    def combine(self, answer: Prediction, count: int) -> Guided:
        if self.guidance == 0:
            return Guided(answer, answer, answer, calls=1)
        x0, x0_nothing = self._parts(answer.x0_hat, count)
        eps, eps_nothing = self._parts(answer.eps_hat, count)
        conditional = Prediction(x0, eps)
        calls = 1 + bool(len(self._mixed)) + self._without
        if not self._without:
            return Guided(conditional, conditional, conditional, calls)
        combined = Prediction(
            torch.lerp(x0_nothing, x0, self.guidance), torch.lerp(eps_nothing, eps, self.guidance)
        )
        return Guided(combined, conditional, Prediction(x0_nothing, eps_nothing), calls)

    def _parts(self, said: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """What is said with the mixed labels, and without any (or the same, if not asked)."""
        mixed = self._mixed
        first, second = said[:count], said[count : count + len(mixed)]
        blended = first.clone()
        blended[mixed] = torch.lerp(first[mixed], second, per_image(self.weight[mixed], second))
        return blended, said[count + len(mixed) :] if self._without else blended


def stops_between(request: Request, seeds: tuple[int, int], labels: tuple[int, int]) -> Run:
    """From the digit of one (seed, label) to that of another, at as many stops as there are labels
    in the request, evenly spaced, both ends among them.

    The start noise walks along the arc between the two seeds' (`slerp`), the label by `Blend`. With
    the same seed twice only the label changes, with the same label only the noise. The sampler
    should be one that adds no noise of its own (DDIM, Song et al. 2021, arXiv:2010.02502, section
    5.3, walks between digits in this way).
    """
    stops = len(request.labels)
    weight = np.linspace(0, 1, stops)
    a, b = (start_noise(seed) for seed in seeds)
    start = replace(start_of(request), x=slerp(a, b, weight))
    return reverse(request, start, guide=blend_along(labels, weight, request.guidance))


def blend_along(labels: tuple[int, int], weight: Floats, guidance: float) -> Blend:
    """The guide of pictures on the way between two labels, by how far they are on it: (B,)."""
    first, second = (torch.full((len(weight),), label, dtype=torch.int64) for label in labels)
    return Blend(first, second, torch.from_numpy(weight), guidance)

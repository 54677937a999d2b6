"""Clean up: from a spoiled picture to clean ones that could have become it.

What was seen is y = A x + n: A is known and linear (averaged down, blurred), n is noise of a known
strength. The model says what pictures look like, A says which of them fit. Nothing here needs the
gradient of the network: it is asked as by any sampler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from diffusion_core.editing.resampling import resampling
from diffusion_core.errors import RequestError
from diffusion_core.prediction import Prediction
from diffusion_core.request import Request
from diffusion_core.run import Run, reverse, start_of
from diffusion_core.samplers import Level, grid_of, levels_at
from diffusion_core.schedule import COSINE, Floats, alpha_sigma, cosine_time


@dataclass(frozen=True)
class Restoration:
    """What was seen: the picture y = B x B' + n, and how it came about.

    seen: (k, k), in [-1, 1]. by: B (k, 28), for rows and columns alike. noise: the standard
    deviation of n. Around the picture there is background (-1), not grey (0): A works on x + 1.
    """

    seen: Tensor
    by: Floats
    noise: float = 0.0

    @cached_property
    def _svd(self) -> tuple[Tensor, Tensor, Tensor]:
        """U, S S' and V of B = U S V': A = B x B' has the singular values S S'."""
        u, s, vt = torch.linalg.svd(torch.from_numpy(self.by), full_matrices=False)
        return u, torch.outer(s, s), vt.T

    def fitted(self, x0_hat: Tensor, sigma: float) -> Tensor:
        """x0_hat (B, 1, 28, 28) made to fit what was seen, at the noise level sigma.

        If x_0 is Gaussian around x0_hat with variance r^2 in each pixel, then given y it is around

            x0_hat + r^2 A' (r^2 A A' + noise^2)^-1 (y - A x0_hat)

        which is the Wiener filter, and the guess that PiGDM corrects by (Song et al. 2023,
        "Pseudoinverse-guided diffusion models", section 3, with r = sigma for alpha^2 + sigma^2 =
        1). Without noise it is x0_hat + A^+ (y - A x0_hat), DDNM's step, and fits exactly (Wang et
        al. 2023, arXiv:2212.00490, eq. 13). A' A is diagonal in the basis of singular vectors, so
        all of this costs four small products of matrices (DDRM, Kawar et al. 2022,
        arXiv:2201.11793, section 3).
        """
        u, s, v = self._svd
        by, seen = torch.from_numpy(self.by), self.seen.double()
        x = x0_hat.double() + 1
        missing = u.T @ (seen + 1 - by @ x @ by.T) @ u
        r2 = sigma**2
        # What A loses altogether (s = 0), nothing that was seen can tell.
        heard = s > 1e-9
        gain = r2 * s / (r2 * s.square() + self.noise**2) if self.noise else 1 / s
        change = v @ (torch.where(heard, gain, 0.0) * missing) @ v.T
        return (x + change - 1).to(x0_hat)

    def correct(self, said: Prediction, level: Level) -> Prediction:
        """The model's answer with its picture made to fit what was seen; the noise is as it said.

        (So does the authors' code of DDNM. With the noise that the fitted picture would leave in
        x_t, nearly four times as many digits came out wrong: docs/measurements.md.)
        """
        return replace(said, x0_hat=self.fitted(said.x0_hat, level.sigma))


def restore(restoration: Restoration, request: Request, again: int = 1) -> Run:
    """Clean pictures that fit what was seen: one a label of the request.

    Ancestral sampling in which each answer of the model is made to fit before it is used, and each
    step is taken `again` times (DDNM, arXiv:2212.00490, algorithms 1 and 2). If no noise is allowed
    for, the result fits exactly, and is kept between black and white by `averages_kept`; so then
    `by` must average blocks.
    """

    def within(x: Tensor, level: Level, noise: object) -> Tensor:
        if level.sigma > 0:
            return x
        return x.clamp(-1, 1) if restoration.noise else averages_kept(x, restoration.seen)

    sampler = resampling(again, correct=restoration.correct, land=within)
    side = restoration.by.shape[1]
    return reverse(request, start_of(request, (1, side, side)), sampler=sampler)


def averages_kept(x: Tensor, means: Tensor) -> Tensor:
    """The nearest pictures within [-1, 1] whose blocks have these means.

    x (B, 1, H, W), means (k, k).

    Cutting off at black and white would change the means. The nearest point of a box in which a
    mean is given is x + c, cut off, with the same c for a whole block: found by bisection (a
    projection onto a simplex, as in Duchi et al. 2008, "Efficient projections onto the l1-ball").
    """
    count, _, height, width = x.shape
    k = len(means)
    blocks = x.double().reshape(count, k, height // k, k, width // k).transpose(2, 3).flatten(3)
    wanted = means.double()[None, :, :, None].clamp(-1, 1).expand(count, k, k, 1)
    low = -1 - blocks.amax(3, keepdim=True)
    high = 1 - blocks.amin(3, keepdim=True)
    for _ in range(40):
        middle = (low + high) / 2
        short = (blocks + middle).clamp(-1, 1).mean(3, keepdim=True) < wanted
        low, high = torch.where(short, middle, low), torch.where(short, high, middle)
    kept = (blocks + (low + high) / 2).clamp(-1, 1)
    whole = kept.reshape(count, k, k, height // k, width // k).transpose(2, 3)
    return whole.reshape(x.shape).to(x)


def clean(grainy: Tensor, noise: float, request: Request) -> Run:
    """Take grain of a known strength off a picture: one answer a label of the request.

    y = x + noise n is, but for a factor, a picture as the model knows them: alpha y is x_t at the
    level where sigma / alpha = noise. Ancestral sampling from there draws from p(x | y), without
    any approximation but the model's own and that of finite steps: each answer is as likely as it
    is to have been under the grain.

    A picture keeps nothing blacker than black or whiter than white, so half of the grain on the
    background is cut off. What was cut off is drawn anew for each answer, as if the pixel below
    were black, or white: a half-normal. (The one approximation; docs/measurements.md says what it
    is worth.)

    grainy (1, 28, 28) in [-1, 1], where -1 and 1 mean cut off; noise: its standard deviation.
    RequestError unless that is above 0, and for the distilled model.
    """
    if not 0 < noise < math.inf:
        raise RequestError(f"The strength of the grain must be above 0; got {noise:g}.")
    if request.sampler == "leap":
        raise RequestError("Leaps always start from pure noise: choose another sampler.")
    t = float(cosine_time(1.0, noise))
    alpha, _ = alpha_sigma(COSINE, t)
    # Numbered apart from the pictures, whose own generators make the fresh noise of the steps.
    beyond = noise * start_of(request, tuple(grainy.shape), first=1 << 19).x.abs()
    y = torch.where(grainy <= -1, -1 - beyond, torch.where(grainy >= 1, 1 + beyond, grainy))
    levels = levels_at(t * grid_of(request.sampler, request.steps))
    return reverse(request, replace(start_of(request), x=y * float(alpha)), levels)

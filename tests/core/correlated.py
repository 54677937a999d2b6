"""Pictures whose pixels hang together, and of which everything is known: a Gaussian field."""

from __future__ import annotations

import torch
from torch import Tensor

from diffusion_core.denoiser import Denoiser
from diffusion_core.prediction import Prediction
from diffusion_core.run import Run, answered, final_picture
from diffusion_core.schedule import Floats


class Field:
    """The exact denoiser of N(mean, C) on side x side pixels, C = std^2 exp(-d^2 / (2 reach^2)).

    x_t ~ N(alpha mean, alpha^2 C + sigma^2), so x0_hat = mean + alpha C w and eps_hat = sigma w
    with w = (alpha^2 C + sigma^2)^-1 (x_t - alpha mean).
    """

    def __init__(self, side: int, mean: float = -0.3, reach: float = 2.0, std: float = 0.5) -> None:
        self.side, self.mean = side, mean
        each = torch.arange(side)
        at = torch.stack(torch.meshgrid(each, each, indexing="ij"), -1).reshape(-1, 2).double()
        apart = torch.cdist(at, at).square()
        bells = torch.exp(-apart / (2 * reach**2))
        self.covariance = std**2 * bells + 1e-4 * torch.eye(side**2)

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        a, s = float(alpha[0]), float(sigma[0])
        whole = a**2 * self.covariance + s**2 * torch.eye(self.side**2)
        w = torch.linalg.solve(whole, (x_t.flatten(1).double() - a * self.mean).T).T
        x0_hat = self.mean + a * w @ self.covariance
        return Prediction(x0_hat.reshape(x_t.shape), (s * w).reshape(x_t.shape))

    def draw(self, seed: int) -> Tensor:
        """One picture, (1, side, side)."""
        generator = torch.Generator().manual_seed(seed)
        white = torch.randn(self.side**2, generator=generator, dtype=torch.float64)
        x = self.mean + torch.linalg.cholesky(self.covariance) @ white
        return x.reshape(1, self.side, self.side)

    def given(self, by: Tensor, seen: Tensor, noise: float) -> tuple[Tensor, Tensor]:
        """Mean and covariance of x if `by` @ x + noise n was seen: the Gaussian conditional."""
        c = self.covariance
        inner = by @ c @ by.T + noise**2 * torch.eye(len(by))
        gain = torch.linalg.solve(inner, by @ c).T
        mean = self.mean + gain @ (seen - by.sum(1) * self.mean)
        return mean, c - gain @ by @ c


def finished(run: Run, denoiser: Denoiser) -> Tensor:
    """What comes out of a run."""
    return final_picture(answered(run, denoiser))

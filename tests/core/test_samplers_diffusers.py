"""Samplers, against diffusers.

Its schedulers take the levels as alphas_cumprod, from almost clean to noisiest, with one last
step to a level that is clean. On the cosine schedule the noisiest level has alpha exactly 0,
which it can hold only where the model predicts x_0: from eps it would divide by alpha, and its
DPM-Solver divides sigma by alpha. In those cases both sides start at t = 0.98 instead.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from diffusers.schedulers import scheduling_ddim, scheduling_ddpm
from torch import Tensor

from diffusion_core.dialogue import walk
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.noise import PictureNoise
from diffusion_core.prediction import velocity
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import sample
from diffusion_core.samplers import Level, ddim, dpmpp, grid_of, levels_at
from tests.core.dialogues import PICTURE, Ask, asking, led, no_noise


def their_alphas(levels: list[Level]) -> Tensor:
    """alphas_cumprod for these levels, which go from noise to clean."""
    return torch.tensor([level.alpha**2 for level in reversed(levels[:-1])], dtype=torch.float64)


def run_theirs(
    scheduler: DDPMScheduler,
    x: Tensor,
    levels: list[Level],
    ask: Ask,
    **options: object,
) -> list[Tensor]:
    """What their scheduler makes of the same answers: x after each step."""
    visited = []
    for timestep, level in zip(scheduler.timesteps, levels, strict=False):
        answer = ask(x, level).combined
        output = {
            "sample": answer.x0_hat,
            "epsilon": answer.eps_hat,
            "v_prediction": velocity(answer.x0_hat, answer.eps_hat, level.alpha, level.sigma),
        }[scheduler.config.prediction_type]
        x = scheduler.step(output, timestep, x, **options).prev_sample
        visited.append(x)
    return visited


def their_scheduler(
    kind: type[DDPMScheduler], levels: list[Level], prediction_type: str, **options: object
) -> DDPMScheduler:
    steps = len(levels) - 1
    scheduler = kind(
        num_train_timesteps=steps,
        prediction_type=prediction_type,
        clip_sample=False,
        timestep_spacing="trailing",
        **options,
    )
    scheduler.alphas_cumprod = their_alphas(levels)
    scheduler.set_timesteps(steps)
    assert scheduler.timesteps.tolist() == [*range(steps)][::-1]
    return scheduler


def fresh_from(noise: PictureNoise) -> Callable[..., Tensor]:
    """What their schedulers draw noise with, so that it is ours."""
    return lambda shape, **_: torch.from_numpy(noise.draw(tuple(shape[1:])))


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_ddpm_agrees_with_diffusers(
    ideal: IdealDenoiser, guidance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The whole of sample(), from pure noise, with the same fresh noise picture by picture.
    request = Request((0, 1, 2), "ddpm", steps=25, guidance=guidance, seed=4)
    ours = [step.x_next for step in sample(ideal, request)]
    noise = PictureNoise(4, 3)
    start = torch.from_numpy(noise.draw(PICTURE))
    monkeypatch.setattr(scheduling_ddpm, "randn_tensor", fresh_from(noise))
    levels = levels_at(grid_of("ddim", 25))
    scheduler = their_scheduler(DDPMScheduler, levels, "sample")
    ask = asking(ideal, torch.tensor(request.labels), guidance)
    theirs = run_theirs(scheduler, start, levels, ask)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("guidance", [1.0, 2.5])
def test_ddim_agrees_with_diffusers(ideal: IdealDenoiser, guidance: float) -> None:
    request = Request((0, 1, 2), "ddim", steps=25, guidance=guidance, seed=4)
    ours = [step.x_next for step in sample(ideal, request)]
    levels = levels_at(grid_of("ddim", 25))
    scheduler = their_scheduler(DDIMScheduler, levels, "sample")
    ask = asking(ideal, torch.tensor(request.labels), guidance)
    theirs = run_theirs(scheduler, torch.from_numpy(PictureNoise(4, 3).draw(PICTURE)), levels, ask)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("prediction_type", ["sample", "epsilon", "v_prediction"])
@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_ddim_agrees_with_diffusers_for_every_eta(
    ideal: IdealDenoiser, eta: float, prediction_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = levels_at(np.linspace(0.98, 0, 16))
    ask = asking(ideal, torch.tensor([0, NO_LABEL]))
    ours_from, theirs_from = PictureNoise(9, 2), PictureNoise(9, 2)
    x = torch.from_numpy(ours_from.draw(PICTURE))
    theirs_from.draw(PICTURE)
    monkeypatch.setattr(scheduling_ddim, "randn_tensor", fresh_from(theirs_from))
    table = ddim(levels, eta)
    ours = [
        s.x_next
        for s in led(walk(x, table, lambda x: torch.from_numpy(ours_from.draw(PICTURE))), ask)
    ]
    scheduler = their_scheduler(DDIMScheduler, levels, prediction_type)
    theirs = run_theirs(scheduler, x, levels, ask, eta=eta)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)


@pytest.mark.parametrize("prediction_type", ["sample", "epsilon", "v_prediction"])
@pytest.mark.parametrize("steps", [1, 2, 8, 30])
def test_dpmpp_agrees_with_diffusers(
    ideal: IdealDenoiser, steps: int, prediction_type: str
) -> None:
    levels = levels_at(np.linspace(0.98, 0, steps + 1))
    ask = asking(ideal, torch.tensor([0, 2, NO_LABEL]), guidance=1.5)
    x = torch.from_numpy(PictureNoise(2, 3).draw(PICTURE)).double()
    ours = [s.x_next for s in led(walk(x, dpmpp(levels), no_noise), ask)]
    scheduler = DPMSolverMultistepScheduler(
        num_train_timesteps=steps,
        algorithm_type="dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        lower_order_final=True,
        final_sigmas_type="zero",
        prediction_type=prediction_type,
        timestep_spacing="trailing",
    )
    scheduler.alphas_cumprod = their_alphas(levels)
    scheduler.set_timesteps(steps)
    theirs = run_theirs(scheduler, x, levels, ask)
    torch.testing.assert_close(torch.stack(ours), torch.stack(theirs), rtol=0, atol=1e-4)

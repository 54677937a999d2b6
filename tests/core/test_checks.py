"""The checks of the deep dive: they agree, and they notice when what they check is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from diffusion_core import denoiser, prediction, samplers
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.guidance import guided
from diffusion_core.labs.checks import (
    CHECKS,
    NETWORK_CHECKS,
    Check,
    forwards,
    learning,
    run_check,
    steering,
)
from diffusion_core.labs.exact import Gaussian, IdealDenoiser
from diffusion_core.prediction import Prediction
from diffusion_core.service.jobs import CHECK_NAMES, Checking
from diffusion_core.unet import UNet


@pytest.fixture(scope="module")
def trained() -> NetworkDenoiser:
    return NetworkDenoiser(load_checkpoint())


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_both_routes_lead_to_the_same_number(trained: NetworkDenoiser, name: str) -> None:
    check = run_check(name, trained)
    assert check.agrees, f"{check.left} and {check.right} are {check.apart:.2%} apart"
    assert check.what_left != check.what_right
    # A check that compares two zeros, or allows for anything, says nothing.
    assert abs(check.left) > 0.05 and check.tolerance <= 0.05
    json.dumps([asdict(check), check.agrees, check.apart], allow_nan=False)


@pytest.mark.parametrize("name", CHECK_NAMES)
def test_a_check_says_the_same_each_time(trained: NetworkDenoiser, name: str) -> None:
    assert run_check(name, trained) == run_check(name, trained)


def test_the_names_that_pages_know_are_those_that_there_are() -> None:
    assert sorted(CHECK_NAMES) == sorted([*CHECKS, *NETWORK_CHECKS])


@pytest.mark.parametrize("check", [*CHECKS.values(), *NETWORK_CHECKS.values()])
def test_each_names_a_paper_or_a_book(check: Callable[..., Check]) -> None:
    assert re.search(r"(19|20)\d\d", check.__doc__ or "")


def test_unknown_names_are_refused_in_a_sentence(trained: NetworkDenoiser) -> None:
    with pytest.raises(RequestError, match="no check 'moon'"):
        run_check("moon", trained)
    with pytest.raises(RequestError, match=r"no check 'moon': choose one of two-bells, .*\."):
        Checking("moon")
    with pytest.raises(RequestError) as caught:
        Checking("m" * 100_000)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("left", "right", "agrees"),
    [
        (1.0, 1.0, True),
        (1.0, 1.009, True),
        (1.0, 1.011, False),
        (-1.0, 1.0, False),
        (0.0, 0.0, True),
        (math.nan, 1.0, False),
        (math.nan, math.nan, False),
        (math.inf, math.inf, False),
    ],
)
def test_agreement(left: float, right: float, agrees: bool) -> None:
    assert Check(left, right, "a", "b", tolerance=0.01).agrees is agrees


# --- Each notices a mistake -----------------------------------------------------------------------


def half_as_much_noise(x_0: Tensor, eps: Tensor, alpha: Any, sigma: Any) -> Tensor:
    return prediction.add_noise(x_0, eps, alpha, sigma / 2)


def wrong_sign(v: Tensor, x_t: Tensor, alpha: Any, sigma: Any) -> Prediction:
    return prediction.from_velocity(-v, x_t, alpha, sigma)


def eps_without_sigma(answer: Prediction, sigma: Any) -> Tensor:
    return -answer.eps_hat


def all_of_the_old_noise(levels: Sequence[samplers.Level]) -> list[samplers.Row]:
    """DDPM which adds fresh noise and forgets to take any of the old noise away."""
    right = samplers.ddim(levels, eta=1.0)
    return [replace(row, eps_hat=there.sigma) for row, there in zip(right, levels[1:], strict=True)]


def noiseless(levels: Sequence[samplers.Level]) -> list[samplers.Row]:
    return [replace(row, fresh=0.0) for row in samplers.ddim(levels, eta=1.0)]


def one_stage_heun(levels: Sequence[samplers.Level]) -> list[samplers.Row]:
    return samplers.ddim(levels)


class Surprised(Gaussian):
    """A Gaussian denoiser that believes what it sees twice as much as it should."""

    def __call__(self, x_t: Tensor, alpha: Any, sigma: Any, label: Tensor) -> Prediction:
        said = super().__call__(x_t, alpha, sigma, label)
        return replace(said, x0_hat=self.mean + 2 * (said.x0_hat - self.mean))


class Nearest(IdealDenoiser):
    """Answers with the likeliest picture instead of the average."""

    def __call__(self, x_t: Tensor, alpha: Any, sigma: Any, label: Tensor) -> Prediction:
        said = super().__call__(x_t, alpha, sigma, label)
        nearest = (self.data - said.x0_hat).square().sum(dim=(1, 2, 3)).argmin()
        return prediction.from_x0(self.data[nearest : nearest + 1], x_t, alpha, sigma)


def guided_the_other_way(*args: Any) -> Any:
    *same, strength = args
    return guided(*same, 1 + strength)  # Ho & Salimans' w taken for our s


BROKEN: list[tuple[str, object, str, object]] = [
    ("two-bells", forwards, "Gaussian", Surprised),
    ("closed-form", forwards, "add_noise", half_as_much_noise),
    ("step-back", samplers.SAMPLERS, "ddpm", all_of_the_old_noise),
    ("simple-loss", learning, "add_noise", half_as_much_noise),
    ("one-answer", denoiser, "from_velocity", wrong_sign),
    ("score", learning, "score", eps_without_sigma),
    ("posterior-mean", learning, "IdealDenoiser", Nearest),
    ("one-big-step", denoiser, "from_velocity", wrong_sign),
    ("ddpm", samplers.SAMPLERS, "ddpm", noiseless),
    ("ddim", samplers.SAMPLERS, "ddim", all_of_the_old_noise),
    ("ode", samplers.SAMPLERS, "heun", one_stage_heun),
    ("sde", samplers.SAMPLERS, "ddpm", all_of_the_old_noise),
    ("guidance", steering, "guided", guided_the_other_way),
    ("snr", steering, "cosine_time", lambda alpha, sigma: 1 - alpha),
]


@pytest.mark.parametrize(("name", "where", "what", "broken"), BROKEN, ids=[b[0] for b in BROKEN])
def test_a_check_notices_a_mistake(
    trained: NetworkDenoiser,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    where: Any,
    what: str,
    broken: object,
) -> None:
    if isinstance(where, dict):
        monkeypatch.setitem(where, what, broken)
    else:
        monkeypatch.setattr(where, what, broken)
    assert not run_check(name, trained).agrees


def test_a_fold_that_loses_something_is_noticed(tiny_network: UNet) -> None:
    tiny_network.fold = torch.nn.AvgPool2d(2)  # type: ignore[assignment]
    assert not run_check("folding", NetworkDenoiser(tiny_network)).agrees


def test_a_network_that_has_not_learned_the_average_is_noticed(tiny_network: UNet) -> None:
    assert not run_check("one-big-step", NetworkDenoiser(tiny_network)).agrees

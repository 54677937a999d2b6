"""Runs that turn on their way: the same up to there, and their own from there on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from diffusion_core.errors import RequestError
from diffusion_core.labs.forks.running import forked
from diffusion_core.labs.forks.turns import Turn, read_turns, written
from diffusion_core.prediction import Prediction, from_velocity
from diffusion_core.request import NO_LABEL, WALKING_SAMPLERS, Request
from diffusion_core.run import Step, answered, reverse
from diffusion_core.schedule import Floats

BASE = Request((3, 3), "dpmpp", 12, 1.5, 7)
SAMPLERS = pytest.mark.parametrize("sampler", WALKING_SAMPLERS)


def denoiser(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    """Anything smooth that tells labels apart."""
    said = torch.tanh(0.6 * x_t + 0.1 * label[:, None, None, None] - 0.4)
    return from_velocity(said, x_t, alpha, sigma)


def run(request: Request, turns: str) -> list[Step]:
    return list(answered(forked(request, read_turns(turns)), denoiser))


def with_sampler(sampler: str) -> Request:
    return Request(BASE.labels, sampler, BASE.steps, BASE.guidance, BASE.seed)


@SAMPLERS
def test_a_run_without_a_turn_is_the_run(sampler: str) -> None:
    request = with_sampler(sampler)
    for ours, plain in zip(run(request, ""), answered(reverse(request), denoiser), strict=True):
        assert torch.equal(ours.x_next, plain.x_next) and ours.calls == plain.calls
        assert (ours.index, ours.count, ours.t) == (plain.index, plain.count, plain.t)


@SAMPLERS
@pytest.mark.parametrize("turn", ["d5", "g3", "n11", "dx"])
def test_the_way_to_a_turn_is_the_same_and_then_it_is_another(sampler: str, turn: str) -> None:
    request = with_sampler(sampler)
    plain, turned = run(request, ""), run(request, f"6{turn}")
    assert [step.index for step in turned] == list(range(12))
    for before, after in zip(plain[:6], turned[:6], strict=True):
        assert torch.equal(before.x_next, after.x_next)
    assert torch.equal(plain[6].x_t, turned[6].x_t)
    assert not torch.allclose(plain[-1].x_next, turned[-1].x_next, atol=1e-3)


@pytest.mark.parametrize("sampler", ["ddim", "heun", "ddpm"])
def test_a_turn_to_the_same_changes_nothing_where_no_sampler_looks_back(sampler: str) -> None:
    request = with_sampler(sampler)
    assert torch.equal(run(request, "6d3g1.5")[-1].x_next, run(request, "")[-1].x_next)


def test_a_turn_at_the_beginning_is_another_request() -> None:
    request = Request((5, 5), "dpmpp", 12, 3.0, 7)
    turned = run(BASE, "0d5g3")
    plain = list(answered(reverse(request), denoiser))
    assert torch.equal(turned[-1].x_next, plain[-1].x_next)


def test_fresh_noise_is_that_of_its_seed_and_of_no_other_draw() -> None:
    one, same, other = (run(BASE, f"4n{seed}")[-1].x_next for seed in (1, 1, 2))
    assert torch.equal(one, same)
    # Two branches share x_t, not what is drawn after it; nor do the two pictures of one.
    assert not torch.allclose(one, other, atol=0.05)
    assert not torch.allclose(one[0], one[1], atol=0.05)


def test_the_later_the_turn_the_more_is_kept() -> None:
    end = run(BASE, "")[-1].x_next
    far = [float((run(BASE, f"{k}n5")[-1].x_next - end).square().mean()) for k in (0, 4, 8, 11)]
    assert far == sorted(far, reverse=True) and far[-1] < far[0] / 5


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("8d5", [Turn(8, 5)]),
        ("0dx", [Turn(0, NO_LABEL)]),
        ("3g0.25", [Turn(3, guidance=0.25)]),
        ("3d8g5n42_9n7", [Turn(3, 8, 5.0, 42), Turn(9, seed=7)]),
        ("", []),
    ],
)
def test_turns_come_back_from_words(text: str, turns: list[Turn]) -> None:
    assert list(read_turns(text)) == turns and written(tuple(turns)) == text


@pytest.mark.parametrize(
    ("sampler", "text", "said"),
    [
        ("dpmpp", "8", "Write a turn as 8d5g3n42"),
        ("dpmpp", "d5", "Write a turn"),
        ("dpmpp", "8d12", "Write a turn"),
        ("dpmpp", "8d5,9d5", "Write a turn"),
        ("dpmpp", "12d5", "steps from 0 to 11"),
        ("dpmpp", "8d5_8d6", "one after the other"),
        ("dpmpp", "8d5_3d6", "one after the other"),
        ("dpmpp", "8g9", "Guidance must be from 0 to 5"),
        ("dpmpp", "8n9999999999", "The seed must be from 0"),
        ("dpmpp", "1n1_2n1_3n1_4n1_5n1", "4 turns at most"),
        ("leap", "0d5", "Leaps take no turn"),
    ],
)
def test_what_is_no_turn_is_refused_in_a_sentence(sampler: str, text: str, said: str) -> None:
    request = Request((3,), sampler, 2 if sampler == "leap" else 12, 1.0)
    with pytest.raises(RequestError, match=said) as refused:
        forked(request, read_turns(text))
    assert str(refused.value).endswith(".") and "\n" not in str(refused.value)


def test_the_known_part_of_a_recording_of_it_is_that_of_the_run() -> None:
    calls = [step.calls for step in run(BASE, "6g1_8g3")]
    assert calls == list(np.cumsum([2] * 6 + [1] * 2 + [2] * 4))

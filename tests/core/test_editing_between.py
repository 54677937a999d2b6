"""Between two digits: the arc between noises, mixed labels, and back to the noise of a picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.editing import Blend, encoded_between, slerp, start_noise, stops_between
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.guidance import ByLabel
from diffusion_core.labs.exact import Gaussian, IdealDenoiser
from diffusion_core.measure.evaluation import Counting
from diffusion_core.pixels import to_uint8
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import Run, Step, answered, reverse
from diffusion_core.service.asking import asking
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.works import Works
from tests.core.correlated import finished

CALM = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
)


@CALM
@given(st.floats(0, 1), st.integers(0, 1000), st.integers(0, 1000))
def test_the_arc_keeps_the_length_of_noise(w: float, first: int, second: int) -> None:
    a, b = start_noise(first), start_noise(second)
    (stop,) = slerp(a, b, np.array([w]))
    low, high = sorted([float(a.norm()), float(b.norm())])
    assert 0.97 * low < float(stop.norm()) < 1.03 * high


def test_on_the_arc_equal_shares_are_equal_angles() -> None:
    a, b = torch.zeros((2, 1, 1, 2, 2)).unbind()
    a[..., 0, 0], b[..., 0, 1] = 2.0, 2.0
    stops = slerp(a, b, np.linspace(0, 1, 4)).flatten(1)
    angles = torch.atan2(stops[:, 1], stops[:, 0])
    assert torch.allclose(angles, torch.linspace(0, np.pi / 2, 4), atol=1e-6)
    assert torch.allclose(stops.norm(dim=1), torch.full((4,), 2.0))


@pytest.mark.parametrize("sign", [1, -1])
def test_where_there_is_no_one_arc_the_line_is_taken(sign: int) -> None:
    a = start_noise(1)
    stops = slerp(a, sign * a, np.array([0.0, 0.25, 1.0]))
    assert torch.allclose(stops[1:2], a * (0.75 + 0.25 * sign), atol=1e-6)
    assert torch.equal(stops[0], a[0]) and torch.equal(stops[2], sign * a[0])


def test_both_ends_of_the_arc_are_exact() -> None:
    a, b = start_noise(3), start_noise(4)
    stops = slerp(a, b, np.linspace(0, 1, 7))
    assert torch.equal(stops[0], a[0]) and torch.equal(stops[-1], b[0])


def blend(guidance: float, weights: list[float], first: int = 0, second: int = 1) -> Blend:
    count = len(weights)
    return Blend(
        torch.full((count,), first), torch.full((count,), second), torch.tensor(weights), guidance
    )


@pytest.mark.parametrize("guidance", [0.0, 1.0, 1.5, 3.0])
def test_at_its_ends_a_blend_is_the_usual_guide(ideal: IdealDenoiser, guidance: float) -> None:
    x = torch.randn((2, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    amounts = np.full(2, 0.6), np.full(2, 0.8)
    mixed = blend(guidance, [0.0, 1.0])
    usual = ByLabel(torch.tensor([0, 1]), guidance)
    query, plain = mixed.query(x, *amounts), usual.query(x, *amounts)
    assert torch.equal(query.x_t, plain.x_t) and torch.equal(query.label, plain.label)
    said, expected = (guide.combine(query.put(ideal), 2) for guide in (mixed, usual))
    assert torch.equal(said.combined.x0_hat, expected.combined.x0_hat)
    assert torch.equal(said.combined.eps_hat, expected.combined.eps_hat)
    assert said.calls == expected.calls


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_half_way_both_labels_have_an_equal_say(ideal: IdealDenoiser, guidance: float) -> None:
    x = torch.randn((3, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    amounts = np.full(3, 0.6), np.full(3, 0.8)
    counting = Counting(ideal)
    guide = blend(guidance, [0.0, 0.5, 1.0])
    said = guide.combine(guide.query(x, *amounts).put(counting), 3)
    # One question for each end, two for the middle, and one more each without a label.
    assert counting.pictures == (4 if guidance == 1 else 7)
    one, other, none = (ideal(x, *amounts, torch.full((3,), k)).x0_hat[1] for k in (0, 1, NO_LABEL))
    expected = none + guidance * ((one + other) / 2 - none)
    assert torch.allclose(said.combined.x0_hat[1], expected, atol=1e-5)
    combined = said.combined
    assert torch.allclose(0.6 * combined.x0_hat + 0.8 * combined.eps_hat, x, atol=1e-5)


@pytest.fixture(scope="module")
def network() -> NetworkDenoiser:
    return NetworkDenoiser(load_checkpoint(SHIPPED))


def together(network: NetworkDenoiser, runs: list[Run]) -> list[Tensor]:
    """What the runs end with when they share passes that are smaller than all of them together."""
    works, ended = Works(Batcher({"digits": network}, capacity=10)), {}
    for key, run in enumerate(runs):
        works.add(key, asking(run, "digits", lambda step: [step]))
    while len(works):
        for report in works.tick():
            assert report.problem is None
            if isinstance(report.result, Step):
                ended[report.key] = report.result.x_next
    return [ended[key] for key in range(len(runs))]


@pytest.mark.parametrize("ways", [((3, 7), (8, 21)), ((3, 7), (8, 7)), ((NO_LABEL, 2), (5, 9))])
def test_both_ends_are_what_is_drawn_from_them_alone(
    network: NetworkDenoiser, ways: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    (first, seed), (second, other) = ways
    request = Request((first,) * 5, "dpmpp", steps=4, guidance=1.5, seed=1)
    stops = stops_between(request, (seed, other), (first, second))
    alone = [
        reverse(replace(request, labels=(label,), seed=own))
        for label, own in ((first, seed), (second, other))
    ]
    beside = reverse(Request((9,) * 3, "ddim", steps=4, seed=5))
    row, begin, end, _ = together(network, [stops, *alone, beside])
    np.testing.assert_array_equal(to_uint8(row[:1]), to_uint8(begin))
    np.testing.assert_array_equal(to_uint8(row[-1:]), to_uint8(end))
    assert np.abs(to_uint8(row[2:3]).astype(int) - to_uint8(begin)).max() > 50


def test_there_and_back_a_picture_is_nearly_the_same() -> None:
    """Of Gaussian data the way to the noise is known, too."""
    prior = Gaussian(mean=0.2, std=0.4)
    generator = torch.Generator().manual_seed(2)
    pictures = prior.mean + prior.std * torch.randn((2, 1, 28, 28), generator=generator)
    labels = (NO_LABEL, NO_LABEL)

    def walk(steps: int) -> Run:
        request = Request((NO_LABEL,) * 3, "dpmpp", steps, seed=4)
        return encoded_between(pictures, request, labels)

    def missed(steps: int) -> float:
        ends = finished(walk(steps), prior)[[0, -1]]
        return float((ends - pictures).square().mean().sqrt())

    # What the first bit of noise (0.03) hides does not come back.
    assert 0.035 > missed(10) > missed(40) > 0.02
    steps = [*answered(walk(20), prior)]
    assert len(steps) == 20 and (steps[0].t, steps[-1].t_next) == (1.0, 0.0)
    # The noises that were found, standardised pictures but for the little noise at the beginning.
    exact = (pictures - prior.mean) / prior.std
    assert float((steps[0].x_t[[0, -1]] - exact).square().mean().sqrt()) < 0.09


def test_the_way_back_takes_two_steps_at_least() -> None:
    pictures = torch.zeros((2, 1, 28, 28))
    with pytest.raises(RequestError, match="at least 2 steps"):
        encoded_between(pictures, Request((1,) * 3, steps=1), (1, 1))

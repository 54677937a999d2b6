"""The network: its shapes, and that pictures in a batch do not see each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from diffusion_core.request import NO_LABEL
from diffusion_core.unet import UNet, UNetConfig


def inputs(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    x = torch.randn((count, 1, 28, 28), generator=generator)
    t = torch.rand(count, generator=generator)
    return x, t, torch.arange(count) % (NO_LABEL + 1)


def test_a_fresh_network_answers_zero(tiny_config: UNetConfig) -> None:
    x, t, label = inputs(3)
    answer = UNet(tiny_config)(x, t, label)
    assert answer.shape == x.shape
    assert not answer.any()


def test_pictures_do_not_see_each_other(tiny_network: UNet) -> None:
    x, t, label = inputs(11)
    together = tiny_network(x, t, label)
    alone = torch.cat([tiny_network(x[[i]], t[[i]], label[[i]]) for i in range(11)])
    assert together.abs().mean() > 0.01
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("argument", [0, 1, 2])
def test_picture_time_and_label_all_matter(tiny_network: UNet, argument: int) -> None:
    one = inputs(1)
    other = list(one)
    other[argument] = (one[0] + 0.1, one[1] / 2, one[2] + 1)[argument]
    assert not torch.allclose(tiny_network(*one), tiny_network(*other), atol=1e-4)


def test_positions_are_told_row_by_row(tiny_config: UNetConfig) -> None:
    network = UNet(replace(tiny_config, positions=7 * 7))
    generator = torch.Generator().manual_seed(6)
    inputs_of_one = inputs(1)
    with torch.no_grad():
        network.leave.weight.normal_(generator=generator)
        before = network(*inputs_of_one)
        network.enter_positions[:, 2 * 7 + 5] = torch.randn(
            network.config.widths[1], generator=generator
        )
        change = (network(*inputs_of_one) - before).abs()[0, 0]
    # A cell of the coarse grid is 4x4 pixels. Normalisation tells the others of it, but faintly.
    changed = change.view(7, 4, 7, 4).sum(dim=(1, 3))
    assert changed.argmax() == 2 * 7 + 5


def test_the_count_of_parameters(tiny_network: UNet) -> None:
    stored = tiny_network.state_dict().values()
    assert tiny_network.parameter_count == sum(tensor.numel() for tensor in stored)


@pytest.mark.parametrize(
    "fields",
    [
        {"widths": (20, 16)},
        {"widths": (16, 24), "heads": 5},
        {"heads": 0},
        {"groups": 0},
        {"blocks": 0},
        {"embedding": -1},
        {"widths": (0, 0)},
    ],
)
def test_impossible_shapes_are_errors(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        UNetConfig(**fields)

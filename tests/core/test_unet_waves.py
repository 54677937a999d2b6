"""The same network over one dimension, and what that must not change for pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from diffusion_core.commands.assets import REVERSE_DEFAULT
from diffusion_core.data.embedded import REVERSE_SCENE
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.labs.sound.notes import LENGTH
from diffusion_core.labs.sound.training import SHAPE
from diffusion_core.pixels import to_uint8
from diffusion_core.request import NO_LABEL
from diffusion_core.run import final_picture, sample
from diffusion_core.unet import Fold, UNet, UNetConfig, Unfold

WAVES = UNetConfig(
    widths=(16, 16),
    blocks=1,
    heads=2,
    embedding=32,
    groups=4,
    dimensions=1,
    fold=8,
    shrink=4,
    positions=8,
    echo=True,
)


@pytest.fixture
def waves_network() -> UNet:
    """Random weights everywhere; 256 samples are 32 cells, and those 8 coarse ones."""
    generator = torch.Generator().manual_seed(0)
    network = UNet(WAVES).eval().requires_grad_(False)
    for parameter in network.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.15)
    return network


def inputs(count: int, length: int = 256) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    x = torch.randn((count, 1, length), generator=generator)
    t = torch.rand(count, generator=generator)
    return x, t, torch.arange(count) % (NO_LABEL + 1)


def test_waves_come_out_as_they_went_in(waves_network: UNet) -> None:
    x, t, label = inputs(3)
    assert waves_network(x, t, label).shape == x.shape


def test_a_fresh_network_over_waves_answers_zero() -> None:
    assert not UNet(WAVES)(*inputs(3)).any()


def test_waves_do_not_see_each_other(waves_network: UNet) -> None:
    x, t, label = inputs(11)
    together = waves_network(x, t, label)
    alone = torch.cat([waves_network(x[[i]], t[[i]], label[[i]]) for i in range(11)])
    assert together.abs().mean() > 0.01
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("argument", [0, 1, 2])
def test_wave_time_and_label_all_matter(waves_network: UNet, argument: int) -> None:
    one = inputs(1)
    other = list(one)
    other[argument] = (one[0] + 0.1, one[1] / 2, one[2] + 1)[argument]
    assert not torch.allclose(waves_network(*one), waves_network(*other), atol=1e-4)


def test_every_sample_can_matter_to_every_other(waves_network: UNet) -> None:
    x, t, label = inputs(1)
    x.requires_grad_()
    (slope,) = torch.autograd.grad(waves_network(x, t, label)[0, 0, 0], x)
    assert (slope[0, 0] != 0).all()


def test_the_echo_passes_x_t_on() -> None:
    network = UNet(WAVES)
    with torch.no_grad():
        network.leave_echo.bias.fill_(0.5)
    x, t, label = inputs(2)
    torch.testing.assert_close(network(x, t, label), 0.5 * x)


def test_folding_puts_neighbours_into_one_cell_and_back() -> None:
    x = torch.arange(12.0).view(1, 1, 12)
    folded = Fold(4)(x)
    assert folded[0, :, 1].tolist() == [4, 5, 6, 7]
    torch.testing.assert_close(Unfold(4)(folded), x)


def test_folding_is_pixel_unshuffle_of_a_single_row() -> None:
    # A row of pixels, each repeated below itself, seen by the two-dimensional one.
    x = torch.randn(2, 3, 8)
    tall = x[:, :, None].expand(2, 3, 2, 8)
    expected = nn.PixelUnshuffle(2)(tall)[:, :, 0].view(2, 3, 2, 2, 4)[:, :, 0].flatten(1, 2)
    torch.testing.assert_close(Fold(2)(x), expected)


@pytest.mark.parametrize("fields", [{"dimensions": 3}, {"fold": 0}, {"shrink": 0}])
def test_impossible_shapes_are_errors(fields: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"must be|dimensions"):
        UNetConfig(**fields)


def test_the_sound_model_is_small_and_takes_whole_notes() -> None:
    network = UNet(SHAPE).eval()
    assert network.parameter_count <= 1_000_000
    x, t, label = inputs(2, LENGTH)
    with torch.inference_mode():
        assert network(x, t, label).shape == (2, 1, LENGTH)


def test_the_digits_are_drawn_as_before_there_was_sound() -> None:
    """The recording in the repository is older than the network's second shape."""
    network = load_checkpoint(SHIPPED)
    assert (network.config.dimensions, network.config.fold, network.config.echo) == (2, 2, False)
    with np.load(REVERSE_SCENE) as archive:
        recorded = archive["recording"].tobytes()
    count = len(REVERSE_DEFAULT.labels)
    last = np.frombuffer(recorded[-count * 3 * 784 :], np.uint8).reshape(count, 3, 28, 28)[:, 0]
    drawn = to_uint8(final_picture(sample(NetworkDenoiser(network), REVERSE_DEFAULT)))
    assert np.abs(drawn.reshape(last.shape).astype(int) - last).max() <= 2

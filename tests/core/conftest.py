"""What several tests share: a small network, a disk that is full, and what helper files offer."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import torch

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.files.checkpoint import load_checkpoint, save_checkpoint
from diffusion_core.files.shipped import SOUND
from diffusion_core.unet import UNet, UNetConfig
from tests.core.dialogues import ideal as ideal
from tests.core.tiny_mnist import cache as cache
from tests.core.tiny_mnist import folder as folder
from tests.core.tiny_mnist import tiny as tiny

TINY = UNetConfig(widths=(16, 16), blocks=1, heads=2, embedding=32, groups=4)


@pytest.fixture(scope="session")
def tiny_config() -> UNetConfig:
    return TINY


@pytest.fixture
def tiny_network() -> UNet:
    """A network with random weights everywhere: a fresh one answers zero, which hides mistakes."""
    generator = torch.Generator().manual_seed(0)
    network = UNet(TINY).eval().requires_grad_(False)
    for parameter in network.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.15)
    return network


@pytest.fixture(scope="session")
def sound_model() -> NetworkDenoiser:
    """The shipped model of notes."""
    return NetworkDenoiser(load_checkpoint(SOUND))


@pytest.fixture
def tiny_model(tmp_path: Path, tiny_network: UNet) -> Path:
    """A checkpoint of the tiny network."""
    path = tmp_path / "model" / "tiny.safetensors"
    save_checkpoint(path, tiny_network, {"name": "tiny", "minutes": 0.5})
    return path


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """`with full_disk(1000):` no file can grow beyond 1000 bytes. The operating system says no.

    (File permissions would not do: tests often run as root.)
    """

    @contextmanager
    def full(limit: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full

"""Two small classifiers of MNIST: the instruments with which the diffusion model is measured.

FeatureNet turns a picture into 96 numbers; the distances of evaluation.py are distances between
those. JudgeNet only says which digit it sees, and is asked whether the digit that was drawn is the
one that was requested. They share no layer and no habit (residual, normalised, averaged over the
grid; against plain convolutions, max pooling and dense layers), so that a flaw of the pictures
that happens to please one of them need not please the other. Neither has ever seen a generated
picture, and neither is used to train or to steer the diffusion model.

Both are trained by `python -m diffusion_core evaluate --train-classifiers` and shipped as float16.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from diffusion_core.data.mnist import Digits
from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.shipped import ASSETS
from diffusion_core.files.tensors import Metadata, Wanted, halved, load_weights, write_tensors
from diffusion_core.pixels import to_model
from diffusion_core.schedule import Floats

FOLDER = ASSETS / "evaluation"
FORMAT = "through-the-fog-classifier/1"
COMMAND = "python -m diffusion_core evaluate --train-classifiers"
CHUNK = 1000


class Residual(nn.Module):
    """relu(x + f(x)) with two normalised 3x3 convolutions (He et al. 2016, arXiv:1512.03385)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            *_normalised(channels, channels, 3), nn.ReLU(), *_normalised(channels, channels, 3)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.path(x))


def _normalised(c_in: int, c_out: int, size: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    """A convolution and its batch normalisation, which brings the bias."""
    convolution = nn.Conv2d(c_in, c_out, size, stride, padding=size // 2, bias=False)
    return convolution, nn.BatchNorm2d(c_out)


class Classifier(nn.Module):
    """(B, 1, 28, 28) in [-1, 1] to logits (B, 10)."""


class FeatureNet(Classifier):
    """A small residual network, whose last 96 features (B, 96) are what is measured with.

    The features are averages over the grid after the last rectifier, as in the network whose
    features define the Frechet Inception Distance: non-negative, and blind to where, but not to
    what, since each of them has seen most of the picture.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_normalised(1, 24, 5, stride=2),  # 28x28 -> 14x14
            nn.ReLU(),
            *_normalised(24, 48, 3, stride=2),  # 14x14 -> 7x7
            nn.ReLU(),
            Residual(48),
            *_normalised(48, 96, 3),
            nn.ReLU(),
        )
        self.leave = nn.Linear(96, 10)

    def features(self, x: Tensor) -> Tensor:
        return self.body(x).mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.leave(self.features(x))


class JudgeNet(Classifier):
    """Convolve and pool, twice, then two dense layers.

    The plan of LeNet-5 (LeCun et al. 1998), with rectifiers and max pooling.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 20, 5),  # 28x28 -> 24x24
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(20, 40, 5),  # 12x12 -> 8x8
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(40 * 4 * 4, 250),
            nn.ReLU(),
            nn.Linear(250, 10),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


CLASSIFIERS: tuple[type[Classifier], ...] = (FeatureNet, JudgeNet)
Kind = TypeVar("Kind", bound=Classifier)


@dataclass(frozen=True)
class ClassifierTraining:
    """How a classifier is trained. The learning rate rises to `peak_rate` and falls to zero."""

    epochs: int = 10
    batch_size: int = 250
    peak_rate: float = 4e-3
    weight_decay: float = 0.02
    seed: int = 0


def train_classifier(
    kind: type[Kind],
    digits: Digits,
    config: ClassifierTraining | None = None,
    device: str = "cpu",
) -> Iterator[tuple[Kind, float]]:
    """Train from scratch; after each epoch, yield the network and the epoch's mean loss in nats.

    It is the same network each time, further along, in evaluation mode while it is yielded. All
    randomness follows from the seed: the same seed gives the same weights on one machine.
    """
    config = config or ClassifierTraining()
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        network = kind().to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on a CPU
    pictures, labels = to_model(digits.images), torch.from_numpy(digits.labels)
    batches = math.ceil(len(digits) / config.batch_size)
    optimizer = torch.optim.AdamW(
        network.parameters(), config.peak_rate, weight_decay=config.weight_decay
    )
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.peak_rate, total_steps=config.epochs * batches
    )
    generator = torch.Generator().manual_seed(config.seed)
    for _ in range(config.epochs):
        network.train()
        total = 0.0
        order = torch.randperm(len(digits), generator=generator)
        for chosen in torch.split(order, config.batch_size):
            x = distorted(pictures[chosen], generator).to(device)
            x = x.contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(network(x), labels[chosen].to(device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rates.step()
            total += loss.item() * len(chosen) / len(digits)
        yield network.eval(), total


def distorted(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture (B, 1, H, W) turned, sheared, stretched and shifted a little, by lot.

    Up to 10 degrees, 0.15, 10 % and 2 of 28 pixels: about as much as hands differ, so that the
    networks learn shapes and not the training pictures, and see new digits as they see old ones.
    """

    def uniform(reach: float) -> Tensor:
        return (2 * torch.rand(len(x), generator=generator) - 1) * reach

    angle, shear = uniform(math.radians(10)), uniform(0.15)
    wide, tall = 1 + uniform(0.1), 1 + uniform(0.1)
    across, down = uniform(4 / 28), uniform(4 / 28)  # the grid is 2 wide: 4/28 is 2 pixels
    cos, sin = angle.cos(), angle.sin()
    first = [wide * cos, tall * (shear * cos - sin), across]
    second = [wide * sin, tall * (shear * sin + cos), down]
    matrices = torch.stack([*first, *second], dim=1).view(-1, 2, 3)
    grid = F.affine_grid(matrices, list(x.shape), align_corners=False)
    # Outside of the picture grid_sample reads 0, which must mean background: -1 here.
    return F.grid_sample(x + 1, grid, align_corners=False) - 1


@torch.inference_mode()
def features_of(network: FeatureNet, images: NDArray[np.uint8], device: str = "cpu") -> Floats:
    """The features of uint8 (N, 28, 28), 0 = background: float64 (N, 96)."""
    parts = [network.features(to_model(part).to(device)).cpu() for part in _chunks(images)]
    return torch.cat(parts).double().numpy()


@torch.inference_mode()
def digits_seen(
    network: Classifier, images: NDArray[np.uint8], device: str = "cpu"
) -> NDArray[np.int64]:
    """Which digit the network sees in each of uint8 (N, 28, 28): int64 (N,)."""
    parts = [network(to_model(part).to(device)).argmax(dim=1).cpu() for part in _chunks(images)]
    return torch.cat(parts).numpy()


def _chunks(images: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """A thousand pictures at a time: enough to be fast, few enough for any machine's memory."""
    return (images[first : first + CHUNK] for first in range(0, len(images), CHUNK))


def classifier_path(kind: type[Classifier], folder: Path = FOLDER) -> Path:
    """Where the weights of that kind are: feature-net.safetensors or judge-net.safetensors."""
    return folder / f"{kind.__name__.removesuffix('Net').lower()}-net.safetensors"


def save_classifier(network: Classifier, test_accuracy: float, folder: Path = FOLDER) -> Path:
    """Write the weights as float16, whole or not at all; CannotWriteError if the disk will not."""
    path = classifier_path(type(network), folder)
    metadata = {
        "format": FORMAT,
        "architecture": type(network).__name__,
        "test_accuracy": f"{test_accuracy:.4f}",
        "command": COMMAND,
    }
    write_tensors(path, halved(network), metadata)
    return path


def load_classifier(kind: type[Kind], folder: Path = FOLDER, device: str = "cpu") -> Kind:
    """The trained network of that kind, in float32 and evaluation mode.

    CheckpointError if its file is missing, damaged, of another format or architecture, or holds
    tensors of other names or shapes, or numbers that are not finite.
    """
    path = classifier_path(kind, folder)
    remedy = f"restore it from the repository, or train it again with `{COMMAND}`."
    wanted = Wanted("classifier", remedy, kind.__name__, remedy)

    def network_for(metadata: Metadata) -> Kind:
        if (metadata.get("format"), metadata.get("architecture")) != (FORMAT, kind.__name__):
            raise CheckpointError(
                f"{named(path)} does not hold a {kind.__name__} of this app: {remedy}", path
            )
        return kind()

    return load_weights(path, wanted, network_for, device)

"""The networks that the worker draws with: the shipped ones, and what visitors trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.labs.sound.training import SIZE as WAVE
from diffusion_core.request import Request
from diffusion_core.run import DIGIT_SIZE, final_picture, sample, start_of
from diffusion_core.service.work import Networks

KEPT = 4
"""Of the visitors' networks; what has been put away is read again when it is wanted."""


WHILE_OTHERS_WAIT = {"sound": 2}
"""How large a pass of a network may be while others wait for another one (Batcher). A pass of two
notes takes about as long as one of a single digit (docs/measurements.md): a melody in between at
most doubles the time of who draws digits."""


class Shipped(Mapping[str, NetworkDenoiser]):
    """The shipped networks by their names, each read when it is first asked for and then kept.

    CheckpointError for one that is missing or damaged, from whoever asks for it and nobody else;
    as soon as its file is whole again, it is there.
    """

    def __init__(self, paths: Mapping[str, Path] = MODELS) -> None:
        self._paths = paths
        self._read: dict[str, NetworkDenoiser] = {}

    def __getitem__(self, name: str) -> NetworkDenoiser:
        if name not in self._read:
            self._read[name] = _tried(name, self._paths[name])
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _tried(name: str, path: Path) -> NetworkDenoiser:
    """A shipped network, run once. A sound file may hold some other network; and the first pass
    sets much up, for which nobody's first picture should pay."""
    network = NetworkDenoiser(load_checkpoint(path))
    request = Request((0,), steps=1)
    start = start_of(request, WAVE if name == "sound" else DIGIT_SIZE)
    try:
        final_picture(sample(network, request, start))
    except Exception as error:  # Whatever a network does to numbers that are not for it.
        raise CheckpointError(
            f"{named(path)} holds another network than that for {name}: restore it from the "
            "repository, or train it again.",
            path,
        ) from error
    return network


class LoadedNetworks(Networks, Mapping[str, NetworkDenoiser]):
    """The shipped networks by their names; any other name is the path of a checkpoint.

    CheckpointError for a path at which there is none, or a damaged one.
    """

    def __init__(self, shipped: Mapping[str, NetworkDenoiser], kept: int = KEPT) -> None:
        super().__init__()
        self._shipped = shipped
        # What has no checkpoint is not remembered: it is there as soon as its file is.
        self._visitors = lru_cache(kept)(_of_a_visitor)

    def __getitem__(self, name: str) -> NetworkDenoiser:
        if name in self._shipped:
            return self._shipped[name]
        return self._visitors(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shipped)

    def __len__(self) -> int:
        return len(self._shipped)


def _of_a_visitor(path: str) -> NetworkDenoiser:
    return NetworkDenoiser(load_checkpoint(path))

"""The networks that the worker draws with: the shipped ones, and what visitors trained."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CheckpointError, named
from diffusion_core.files.checkpoint import MODELS, load_checkpoint
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
        self._read: OrderedDict[str, NetworkDenoiser] = OrderedDict()
        self._room = kept

    def __getitem__(self, name: str) -> NetworkDenoiser:
        if name in self._shipped:
            return self._shipped[name]
        if name not in self._read:
            self._read[name] = NetworkDenoiser(load_checkpoint(name))
        self._read.move_to_end(name)
        while len(self._read) > self._room:
            self._read.popitem(last=False)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._shipped, *self._read])

    def __len__(self) -> int:
        return len(self._shipped) + len(self._read)

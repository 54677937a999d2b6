"""The networks that the worker draws with: the shipped ones, and what visitors trained."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from diffusion_core.checkpoint import load_checkpoint
from diffusion_core.denoiser import NetworkDenoiser

KEPT = 4
"""Of the visitors' networks; what has been put away is read again when it is wanted."""


class Networks(Mapping[str, NetworkDenoiser]):
    """The shipped networks by their names; any other name is the path of a checkpoint.

    CheckpointError for a path at which there is none, or a damaged one.
    """

    def __init__(self, shipped: Mapping[str, NetworkDenoiser], kept: int = KEPT) -> None:
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

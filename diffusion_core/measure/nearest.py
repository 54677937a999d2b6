"""The nearest of many pictures, searched a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.schedule import Floats

PIECE = 4000
"""Known pictures in one piece: some ten milliseconds for a dozen pictures that are looked up."""


@dataclass(frozen=True)
class Found:
    """Of each picture, the k nearest known ones, the nearest first."""

    places: NDArray[np.int64]
    """(N, k)"""
    distances: Floats
    """(N, k): Euclidean, with pixels from 0 to 1; 0 for an exact copy."""


class NearestSearch:
    """Search `known` for the k nearest to each of `pictures`: both uint8 (N, 28, 28).

    `advance` looks through one piece, so that whoever runs it may do something else in between;
    `found` is the answer once it is `done`. Only a piece at a time is held as floats.
    """

    def __init__(
        self, pictures: NDArray[np.uint8], known: NDArray[np.uint8], k: int = 1, piece: int = PIECE
    ) -> None:
        if not 1 <= k <= len(known):
            raise ValueError(f"{k} nearest cannot be found among {len(known)} pictures.")
        self._pictures, self._known = _flat(pictures), known
        self._k, self._piece, self._next = k, piece, 0
        self._scores = torch.full((len(pictures), k), torch.inf)
        self._places = torch.zeros((len(pictures), k), dtype=torch.int64)

    @property
    def done(self) -> bool:
        """Whether all known pictures have been looked at."""
        return self._next >= len(self._known)

    def advance(self) -> None:
        """Look through one more piece."""
        part = _flat(self._known[self._next : self._next + self._piece])
        # |a - b|^2 / 2 = |b|^2 / 2 - <a, b> + a term that is the same for every b.
        halves = part.square().sum(dim=1) / 2
        scores = torch.addmm(halves, self._pictures, part.T, alpha=-1)
        best = scores.topk(min(self._k, len(part)), largest=False)
        scores = torch.cat([self._scores, best.values], dim=1)
        places = torch.cat([self._places, best.indices + self._next], dim=1)
        kept = scores.topk(self._k, largest=False)
        self._scores, self._places = kept.values, places.gather(1, kept.indices)
        self._next += self._piece

    def found(self) -> Found:
        """The answer. The search ranks by the difference of large sums, which is good enough to
        find them; the distances are computed anew, exactly, and put in order."""
        near = torch.stack([_flat(self._known[row.numpy()]) for row in self._places])
        exact = (self._pictures[:, None] - near).double().square().sum(dim=2).sqrt()
        distances, order = exact.sort(dim=1, stable=True)
        return Found(self._places.gather(1, order).numpy(), distances.numpy())


def nearest(pictures: NDArray[np.uint8], known: NDArray[np.uint8], k: int = 1) -> Found:
    """The whole search at once."""
    search = NearestSearch(pictures, known, k)
    while not search.done:
        search.advance()
    return search.found()


def _flat(images: NDArray[np.uint8]) -> Tensor:
    """uint8 (N, 28, 28) to float32 (N, 784) in [0, 1]."""
    return torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 255)

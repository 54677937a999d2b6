"""Noise: the same normal numbers for the same seed, in Python, in a browser, on every machine.

An address promises a picture, so the randomness behind it must not depend on who computes it. A
counter-based generator has no state that could: the words of noise are a function of where they
stand, Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
3", section 3.3), keyed by the seed and the number of the picture. It needs sums, rotations and
exclusive ors of 32 bits only, which JavaScript has, too (pages/shared/noise.js).

Box and Muller's transform (1958) makes two words two normal numbers. It is taken in float64 on both
sides, whose logarithms and cosines agree to about 1e-15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
"""Bits, round after round (table 4)."""
ROUNDS = 20
PARITY = np.uint32(0x1BD11BDA)
"""What makes the third word of the key, so that a key of zeros is one, too."""


def threefry(key: tuple[Words, Words], counter: tuple[Words, Words]) -> tuple[Words, Words]:
    """Two words for each pair of counters, uint32 of any shapes that broadcast together."""
    keys = (key[0], key[1], PARITY ^ key[0] ^ key[1])
    with np.errstate(over="ignore"):  # sums are meant to wrap
        x, y = counter[0] + keys[0], counter[1] + keys[1]
        for number in range(ROUNDS):
            by = ROTATIONS[number % 8]
            x = x + y
            y = ((y << np.uint32(by)) | (y >> np.uint32(32 - by))) ^ x
            if number % 4 == 3:
                turn = number // 4 + 1
                x = x + keys[turn % 3]
                y = y + keys[(turn + 1) % 3] + np.uint32(turn)
    return x, y


def uniform(seed: int, pictures: Sequence[int], draw: int, count: int) -> NDArray[np.float64]:
    """Numbers between 0 and 1, (len(pictures), count).

    pictures: their numbers within the seed. draw: 0 for the noise that a picture starts from, and
    one more for each time that fresh noise is drawn for it.
    """
    pairs = np.arange((count + 1) // 2, dtype=np.uint32)[None]
    numbers = np.asarray(pictures, np.uint32)[:, None]
    words = threefry((np.uint32(seed), numbers), (pairs, np.uint32(draw)))  # type: ignore[arg-type]
    # Halfway between two words, so that neither 0 nor 1 is ever reached.
    return ((np.stack(words, axis=-1).reshape(len(pictures), -1) + 0.5) / 2**32)[:, :count]


def normal(seed: int, pictures: Sequence[int], draw: int, count: int) -> NDArray[np.float64]:
    """Standard normal numbers, (len(pictures), count). Arguments as of `uniform`."""
    even = uniform(seed, pictures, draw, count + count % 2).reshape(len(pictures), -1, 2)
    radius, angle = np.sqrt(-2 * np.log(even[..., 0])), 2 * np.pi * even[..., 1]
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return both.reshape(len(pictures), -1)[:, :count]


SURPRISE = 2**32 - 1
"""The draw that is no noise, but decides which digit a picture is."""


def digits(seed: int, count: int) -> tuple[int, ...]:
    """A digit for each of the first pictures of a seed, for readers who ask to be surprised."""
    numbers = np.arange(count, dtype=np.uint32)
    words, _ = threefry((np.uint32(seed), numbers), (np.uint32(0), np.uint32(SURPRISE)))  # type: ignore[arg-type]
    return tuple(int(word) % 10 for word in words)


@dataclass
class PictureNoise:
    """The source of all randomness of some pictures of a seed, each of its own.

    So a picture is the same whatever is drawn beside it: two settings can be compared from the
    same noise, and a row can be extended.
    """

    seed: int
    count: int
    """Pictures."""
    first: int = 0
    """The number of the first one within its seed."""
    drawn: int = 0
    """How often noise has been drawn."""

    def draw(self, size: tuple[int, ...]) -> NDArray[np.float32]:
        """The next standard normal noise, (count, *size) float32."""
        pictures = range(self.first, self.first + self.count)
        values = normal(self.seed, pictures, self.drawn, int(np.prod(size)))
        self.drawn += 1
        return values.astype(np.float32).reshape(self.count, *size)

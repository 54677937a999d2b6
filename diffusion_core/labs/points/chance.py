"""All that is left to chance in a training in the plane, as a function of its seed.

It is drawn as noise is (diffusion_core/noise.py), so that the reader's tab draws the same
(pages/labs/points/tab/chance.js). Where its samples start from takes the draws from 0 on, and what
is below the ones far from there.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diffusion_core import noise
from diffusion_core.schedule import Floats

TIMES, NOISE, ORDER, WEIGHTS, PLACES, BLUR = (2**32 - 2 - k for k in range(6))


def times(seed: int, step: int, count: int) -> Floats:
    """`count` times in [0, 1), one in each of as many equal strata, as training.stratified_times
    has them."""
    return (np.arange(count) + noise.uniform(seed, [step], TIMES, count)[0]) / count


def noises(seed: int, step: int, count: int) -> NDArray[np.float32]:
    """The noise of a step's points, (count, 2)."""
    return noise.normal(seed, [step], NOISE, 2 * count).astype(np.float32).reshape(count, 2)


@lru_cache(maxsize=4)
def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """In which order an epoch sees so many points: by the size of as many numbers.

    Every step of the epoch asks for it anew.
    """
    return np.argsort(noise.uniform(seed, [epoch], ORDER, count)[0], kind="stable")


def weights(seed: int, layer: int, outputs: int, inputs: int) -> NDArray[np.float32]:
    """The first weights and biases of a linear layer, (outputs, inputs + 1), the bias last.

    Between -1 and 1 over the root of `inputs`, as torch begins (LeCun et al. 1998, section 4.6).
    """
    even = noise.uniform(seed, [layer], WEIGHTS, outputs * (inputs + 1))[0]
    scaled = (2 * even - 1) / math.sqrt(inputs)
    return scaled.astype(np.float32).reshape(outputs, inputs + 1)


def places(seed: int, draw: int, count: int, columns: int) -> Floats:
    """Numbers from 0 to 1, by which points of a data set are found, (columns, count)."""
    return noise.uniform(seed, [draw], PLACES, count * columns)[0].reshape(count, columns).T


def blur(seed: int, draw: int, count: int) -> Floats:
    """Standard normal numbers, (count, 2)."""
    return noise.normal(seed, [draw], BLUR, 2 * count)[0].reshape(count, 2)

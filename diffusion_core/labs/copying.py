"""Is it copying? Drawings beside the training pictures nearest to them.

A generated picture that lies much nearer to a training picture than unseen real ones do is suspect
(for large models: Carlini et al. 2023, arXiv:2301.13188, section 4). The yardstick is therefore
how far real digits that the model has never seen are from the training set; and the opposite of a
model that generalises is the ideal denoiser, which can only return what it was trained on.

All of it is work (service/work.py) that asks nothing and pauses often.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.data.mnist import Digits, load_mnist, mnist_available
from diffusion_core.errors import MnistError, UserFacingError
from diffusion_core.files.frames import recording_head
from diffusion_core.files.recording import frames_of
from diffusion_core.labs.exact import IdealDenoiser
from diffusion_core.measure.nearest import Found, NearestSearch
from diffusion_core.pixels import to_model
from diffusion_core.request import IMAGE_SIZE, Request
from diffusion_core.run import sample
from diffusion_core.schedule import Floats
from diffusion_core.service.work import Work

NEIGHBOURS = 3
UNSEEN = 200
"""Of how many unseen digits of a class the distances are measured."""

Pause = Generator[bytes, Any, None]
"""Nothing to say yet: b""."""


@dataclass(frozen=True)
class Known:
    """The pictures that a drawing may be a copy of."""

    digits: Digits
    mnist: bool
    """Whether they are the training set; else the digits in the repository, which our own model
    drew."""


@cache
def known() -> Known:
    """MNIST's training set if it can be read, else the embedded digits."""
    try:
        if mnist_available():
            return Known(load_mnist("train"), mnist=True)
    except MnistError:
        pass  # Damaged: pages that show MNIST say so.
    return Known(embedded_digits(), mnist=False)


def _read_ahead() -> None:
    with suppress(UserFacingError):  # `known` says it again to whoever asks.
        known()


def loading() -> Pause:
    """Pause, and until `known` answers at once: reading 60,000 pictures takes half a second."""
    yield b""
    reader = threading.Thread(target=_read_ahead, name="training-set", daemon=True)
    reader.start()
    while reader.is_alive():
        reader.join(0.005)
        yield b""


@lru_cache(maxsize=2)
def ideal_denoiser(label: int) -> IdealDenoiser:
    """The ideal denoiser of the known digits of one class. One holds 37 MB; two are kept."""
    digits = known().digits
    # In double precision from the start: the denoiser computes in it, and need not convert again.
    return IdealDenoiser(to_model(digits.images[digits.places[label]]).double())


def ideal_work(request: Request) -> Work:
    """A recording of what the ideal denoiser draws, all of one class, from the request's noises.

    Guidance is left out: what is known of the other classes is not asked about.
    """
    yield recording_head(request, every=1)
    yield from loading()
    # Fetched anew for each step, lest every run that is under way holds one.
    for step in sample(lambda *asked: ideal_denoiser(request.labels[0])(*asked), request):
        yield b"".join(frames_of(step, every=1))
        yield b""


def nearest_work(pixels: bytes, label: int) -> Work:
    """Of each picture, 784 bytes, the nearest known ones, as JSON.

    {"mnist": whether they are MNIST's, "known": how many there are, "unseen": distances of unseen
    digits of that class to their nearest, "found": for each picture [{"distance", "label", "place",
    "picture" (base64 of 784 bytes)}, ...]}.
    """
    yield from loading()
    digits = known().digits
    unseen = yield from unseen_distances(label)
    pictures = np.frombuffer(pixels, np.uint8).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
    found = yield from _searched(NearestSearch(pictures, digits.images, NEIGHBOURS))
    answer = {
        "mnist": known().mnist,
        "known": len(digits),
        "unseen": [round(float(distance), 4) for distance in unseen],
        "found": [
            [_neighbour(digits, int(place), float(far)) for place, far in zip(*pair, strict=True)]
            for pair in zip(found.places, found.distances, strict=True)
        ],
    }
    yield json.dumps(answer, allow_nan=False).encode()


def _neighbour(digits: Digits, place: int, distance: float) -> dict[str, object]:
    return {
        "distance": round(distance, 4),
        "label": int(digits.labels[place]),
        "place": place,
        "picture": b64encode(digits.images[place].tobytes()).decode(),
    }


_unseen: dict[int, Floats] = {}


def unseen_distances(label: int) -> Generator[bytes, Any, Floats]:
    """How far unseen digits of a class are from the nearest known one, in rising order.

    MNIST's test digits, the first UNSEEN of them. Without MNIST each embedded digit counts as
    unseen by the others. Measured once, and kept.
    """
    if label not in _unseen:
        if known().mnist:
            test = load_mnist("test")
            chosen = test.images[test.places[label][:UNSEEN]]
            search = NearestSearch(chosen, known().digits.images, 1, piece=1000)
            found = yield from _searched(search)
            _unseen[label] = np.sort(found.distances[:, 0])
        else:
            digits = known().digits
            own = digits.images[digits.places[label]]
            found = yield from _searched(NearestSearch(own, digits.images, 2))
            _unseen[label] = np.sort(found.distances[:, 1])  # the nearest is itself
    return _unseen[label]


def _searched(search: NearestSearch) -> Generator[bytes, Any, Found]:
    while not search.done:
        search.advance()
        yield b""
    return search.found()

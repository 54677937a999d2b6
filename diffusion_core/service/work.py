"""The one protocol of work: a generator that asks, or says something.

Whatever is asked of a process is a request: a frozen dataclass of plain values, since it travels
between processes (wire.py), and equal requests have equal answers, so that it is also the key under
which its answer is kept. It says how large and how wide it is, and its `work` does it. Work yields

    Question    what it needs to know of a network; it is sent the Prediction
    bytes       more of the answer, for the reader; b"" for "not yet: let others go first"

and raises a UserFacingError if it cannot be done. Whoever holds the works (works.py) knows these
two words and no work by name. Until it yields it has the process to itself, so it yields often:
what has to be computed before anything is asked begins with b"", and goes on when its turn comes.
Whatever ends it early (nobody reads it, the other side hangs up) closes it, so that it can put away
what it holds. It leaves torch's modes as it found them.

To add a kind of work, write its request and the generator; nothing here needs to hear of it. No
torch here: pages import requests, and a request imports what does its work when it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

from diffusion_core.errors import UserFacingError

if TYPE_CHECKING:
    from diffusion_core.denoiser import NetworkDenoiser
    from diffusion_core.guidance import Query
    from diffusion_core.prediction import Prediction

T = TypeVar("T")


class Question(NamedTuple):
    """What a work needs to know."""

    network: str
    """Of which one: a shipped one's name, or the path of a checkpoint (networks.py)."""
    query: Query


Work: TypeAlias = "Generator[Question | bytes, Prediction, None]"


class Networks:
    """What a work finds in its process: networks by their names, of which there are none here (the
    process that draws has some, networks.py), and what was kept of earlier works."""

    def __init__(self) -> None:
        self._kept: dict[Callable[[Any], Any], Any] = {}

    def __getitem__(self, name: str) -> NetworkDenoiser:
        """UserFacingError if there is none of that name, or it cannot be used. A work looks before
        it says anything, so that whoever asked is told so and nothing else."""
        raise UserFacingError("This is not work for the studio: restart the app.")

    def kept(self, make: Callable[[Networks], T]) -> T:
        """What `make` makes of these networks; made once, for all works of this process."""
        if make not in self._kept:
            self._kept[make] = make(self)
        found: T = self._kept[make]
        return found


class Asked(Hashable, Protocol):
    """What the client of a process (client.py) has to know of a request."""

    @property
    def size(self) -> int:
        """How many bytes the answer will have, about."""

    @property
    def width(self) -> int:
        """How much of what the process has room for it takes up: pictures before the network."""


class Job(Asked, Protocol):
    """What a process has to know of it."""

    def work(self, networks: Networks) -> Work:
        """Do it, with these networks."""


def not_computed(error: Exception) -> str:
    """What is said where something went wrong that nobody has foreseen."""
    return f"This could not be computed ({type(error).__name__}): try it with other settings."


def not_answered(error: Exception) -> str:
    """What is said where that was about a question."""
    if isinstance(error, UserFacingError):
        why = str(error).rstrip(".")
    elif isinstance(error, MemoryError) or "memory" in str(error).lower():
        why = "There is not enough memory for this just now"
    else:
        why = f"The model could not answer ({type(error).__name__})"
    return f"{why}: try another seed or other settings."

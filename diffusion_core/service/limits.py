"""What a service takes on, how it keeps its worker, and how it declines: see client.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much is taken on at a time."""

    width: int = 256
    """Pictures that are before the network at once, over all jobs."""
    size: int = 32_000_000
    """Bytes of answers under way, for short jobs and for long ones alike."""
    long: int = 1_000_000
    """Bytes from which a job is a long one. Long and short ones wait in lines of their own."""
    waiting: int = 400
    """Jobs in line, after which a further one is turned away."""
    each: int = 30
    """The same for one visitor's jobs. A page asks for five at once at the most."""
    each_address: float = 0.75
    """What part of the line may be those who share an address, which may be a whole school."""
    share: float = 0.25
    """What part of width and size may be under way for one visitor."""
    kept: int = 32_000_000
    """Bytes of finished answers that are kept."""
    deaths: int = 2
    """How often the worker may die over a job before the job is given up."""


@dataclass(frozen=True)
class Keeping:
    """The worker's process: how long it is kept, how much of the machine it may use, and how much
    patience there is with it (keeper.py). Times in seconds."""

    idle: float | None = None
    """Seconds without anything to do after which the process is ended, so that its memory is given
    back; it is started again with the next job. None: it is started with the server, and stays."""
    threads: int | None = None
    """How many the network may compute on; None leaves it to torch."""
    loading: float = 120
    """Seconds after which a process that is not ready is taken to hang, and replaced."""
    silence: float = 60
    """The same for one that has work and says nothing: it gives a sign of life after each pass
    (pulse.py), and on a very busy machine a pass can take tens of seconds."""
    first_pause: float = 1
    """Seconds between the second failure in a row and the start that follows. The first failure is
    followed by a start at once, each further one by a pause twice as long ..."""
    longest_pause: float = 60
    """... up to this."""
    tries: int = 6
    """Failures in a row after which whoever waits is told that it does not work just now ..."""
    patience: float = 60
    """... and seconds since the first of them, after which they are told in any case."""
    long_life: float = 30
    """Seconds after which the death of a process that had loaded begins a new row of failures."""

    def pause(self, failures: int) -> float:
        """Seconds between so many failures in a row and the next start."""
        if failures < 2:
            return 0
        # No power of two is needed that no pause can reach, and a large one is no float.
        return min(self.longest_pause, self.first_pause * 2.0 ** min(failures - 2, 60))


@dataclass(frozen=True)
class Wording:
    """What is said, in a sentence each, where a service cannot do what is asked."""

    crowded: str = (
        "{waiting} others are waiting to draw just now, which is as many as there is room for: "
        "please try again in a moment."
    )
    too_much: str = (
        "The model stopped several times while it drew this: try again with fewer pictures or "
        "steps."
    )
    stopped: str = (
        "The model has stopped and cannot be started again just now: please try again in a minute."
    )
    yours: str = (
        "You have asked for {waiting} drawings that are still waiting: let some of them come "
        "before you ask for more."
    )

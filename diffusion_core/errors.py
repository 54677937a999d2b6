"""Errors whose message is written for a person: one sentence that says what to do.

A sentence may be read by any visitor, so it names files as they lie in the project and never the
server's folders. Where on this machine it was is for whoever runs it: `where` says so, in the log
and on the command line.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
_log = logging.getLogger("through-the-fog")


class UserFacingError(Exception):
    """The base of them all: pages and commands show the message, and no traceback."""

    def __init__(self, sentence: str = "", where: str | Path | None = None) -> None:
        super().__init__(sentence)
        self.where = where

    @property
    def for_operator(self) -> str:
        """The sentence, and where on this machine that is."""
        return f"{self} [{self.where}]" if self.where else str(self)


class AssetError(UserFacingError):
    """A file that ships with the app is missing, damaged, or not what it should be."""


class CannotMeasureError(UserFacingError):
    """What a measurement needs is missing, or the app did not do what was to be measured."""


class CannotWriteError(UserFacingError):
    """A file could not be written: the disk is full or read-only, or the folder is not ours."""


class CheckpointError(UserFacingError):
    """A checkpoint is missing, damaged, or not one of ours."""


class MnistError(UserFacingError):
    """MNIST is missing or damaged."""


class RequestError(UserFacingError, ValueError):
    """Something out of range was asked for."""


class TrainingDivergedError(UserFacingError):
    """The loss is no longer a number."""


def named(path: str | Path) -> str:
    """A file as visitors may know it: by its path in the project, or by its name alone."""
    path = Path(path)
    try:
        return path.resolve().relative_to(PROJECT).as_posix()
    except (ValueError, OSError, RuntimeError):  # Somewhere else, or a loop of links.
        return path.name


def in_a_sentence(perform: Callable[[], object]) -> int:
    """Do what a command is to do; its exit status. 0 if it did its work, 2 after one sentence that
    says why it could not."""
    try:
        perform()
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except UserFacingError as error:
        print(error.for_operator, file=sys.stderr)
        return 2
    return 0


def note(error: UserFacingError) -> None:
    """Tell whoever runs this, once, about what a visitor meets with."""
    _noted(error.for_operator)


@lru_cache(maxsize=256)
def _noted(text: str) -> None:
    _log.warning("%s", text)

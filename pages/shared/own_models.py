"""The models that visitors trained here, as pages and routes find them.

In addresses, and in the widgets that are bound to them, the shipped model is "shipped", and one of
these is "yours-" and its name on the shelf.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diffusion_core.errors import CannotWriteError, note
from diffusion_core.files.scratch import Scratch, remove_left_behind
from diffusion_core.labs.own.shelf import Shelf

PREFIX = "through-the-fog-"
NOWHERE = Path(os.devnull) / "no-models"
"""A folder that there cannot be."""
_folder: Scratch | None = None
"""Of this server, between its start and its stop."""


def open_shelf() -> None:
    """Make the folder in which models are kept, and remove those of servers that were killed. Where
    the disk has no place for it, the app starts all the same, and who wants to train a model is
    told."""
    global _folder
    remove_left_behind(PREFIX)
    try:
        _folder = Scratch(PREFIX)
    except OSError as error:
        note(CannotWriteError(f"No models can be kept: {error.strerror or error}.", NOWHERE))


def clear_shelf() -> None:
    """Remove it, with all that is in it."""
    global _folder
    if _folder is not None:
        _folder.remove()
    _folder = None


def shelf() -> Shelf:
    """That of this server. Where none was opened, an empty one."""
    return Shelf(NOWHERE if _folder is None else _folder.path)


SHIPPED = "shipped"
YOURS = "yours-"


def shown(name: str) -> str:
    """How readers see the model of that name; "" is the shipped one."""
    return f"{YOURS}{name}" if name else SHIPPED


def name_in(text: str) -> str:
    """The name that `shown` has made such a text of; "" for the shipped model."""
    return text.removeprefix(YOURS) if text.startswith(YOURS) else ""


@dataclass(frozen=True)
class ModelChoice:
    """A setting for the model to draw with."""

    name: str

    def wanted(self, text: str) -> str | None:
        """None if there is such a model."""
        if text == SHIPPED or shelf().has(name_in(text)):
            return None
        return f"“{SHIPPED}”, or a model that was trained here and is still kept"

    def of(self, query: Mapping[str, str]) -> str:
        """The name of the model that a query asks for; "" for the shipped one."""
        return name_in(query.get(self.name, ""))

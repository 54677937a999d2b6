"""Where the models that visitors trained are kept for a while: a folder of checkpoints.

A model is named by its content, eight hexadecimal digits, and only such names are ever looked
for. The shelf is bounded in number and in time. No torch here: the server looks things up, the
studio puts them in (learning.py), and the process that draws takes them out.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

from diffusion_core.errors import RequestError
from diffusion_core.files import replacing

KEPT = 8
HOURS = 2
NAME = re.compile(r"[0-9a-f]{8}")
GONE = (
    f"This model is not on the server (the newest {KEPT} are kept, for {HOURS} hours at most): "
    "train another one, or draw with the shipped model."
)


class Shelf:
    """The models in one folder, which need not exist yet."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path_of(self, name: str) -> Path:
        """The weights of that name. RequestError, in one sentence, if they are not here any more,
        or if this is no name of a model."""
        if not self.has(name):
            raise RequestError(GONE)
        return self._weights(name)

    def has(self, name: str) -> bool:
        """Whether there is such a model, and it is not too old."""
        return bool(NAME.fullmatch(name)) and _fresh(self._weights(name))

    def put(self, weights: Path) -> str:
        """Take in a checkpoint, with the card that lies beside it, under the name that it gets."""
        name = _digest(weights.read_bytes())
        for path in (weights.with_suffix(".json"), weights):  # who finds weights finds their card
            with replacing(self._weights(name).with_suffix(path.suffix)) as temporary:
                temporary.write_bytes(path.read_bytes())
        self.tidy()
        return name

    def tidy(self) -> None:
        """Let go of what is too old, and of the oldest where there are too many."""
        by_age = sorted(self.folder.glob("*.safetensors"), key=_age)
        for place, path in enumerate(by_age):
            if place >= KEPT or not _fresh(path):
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)

    def _weights(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"


def _digest(content: bytes) -> str:
    """The name of a safetensors file. Its head is JSON in no particular order, so equal weights
    need not be equal bytes."""
    size = int.from_bytes(content[:8], "little")
    head = json.dumps(json.loads(content[8 : 8 + size]), sort_keys=True)
    return hashlib.sha256(head.encode() + content[8 + size :]).hexdigest()[:8]


def _age(path: Path) -> float:
    """In seconds; infinite for what is not there."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _fresh(path: Path) -> bool:
    return _age(path) < 3600 * HOURS

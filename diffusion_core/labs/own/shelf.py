"""Where the models that visitors trained are kept for a while: a folder of checkpoints.

A model is named by its content, eight hexadecimal digits, and only such names are ever looked
for. The shelf is bounded in time, and in number for each owner and for all together: whoever trains
a hundred models takes room from none but himself. No torch here: the server looks things up, the
studio puts them in (learning.py), and the process that draws takes them out.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

from diffusion_core.errors import RequestError
from diffusion_core.files.whole import replacing

KEPT_EACH = 3
"""Models of one owner."""
KEPT = 64
"""Of all together: 0.4 MB each."""
HOURS = 2
OWNER = ".owner"
"""The ending of the file that says whose a model is: not in its card, which travels with it."""
NAME = re.compile(r"[0-9a-f]{8}")
GONE = (
    f"This model is not on the server (your newest {KEPT_EACH} are kept, for {HOURS} hours at "
    "most): "
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

    def put(self, weights: Path, owner: str = "") -> str:
        """Take in a checkpoint, with the card that lies beside it, under the name that it gets."""
        name = _digest(weights.read_bytes())
        with replacing(self._weights(name).with_suffix(OWNER)) as temporary:
            temporary.write_text(owner, "utf-8")
        for path in (weights.with_suffix(".json"), weights):  # who finds weights finds their card
            with replacing(self._weights(name).with_suffix(path.suffix)) as temporary:
                temporary.write_bytes(path.read_bytes())
        self.tidy()
        return name

    def tidy(self) -> None:
        """Let go of what is too old, and of the oldest where there are too many: of one owner, or,
        of all together, of whoever has most."""
        kept: dict[str, list[Path]] = {}
        for path in sorted(self.folder.glob("*.safetensors"), key=_age):
            theirs = kept.setdefault(_owner(path), [])
            if _fresh(path) and len(theirs) < KEPT_EACH:
                theirs.append(path)
            else:
                _remove(path)
        while sum(map(len, kept.values())) > KEPT:
            most = max(kept.values(), key=lambda theirs: (len(theirs), _age(theirs[-1])))
            _remove(most.pop())

    def _weights(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"


def _digest(content: bytes) -> str:
    """The name of a safetensors file. Its head is JSON in no particular order, so equal weights
    need not be equal bytes."""
    size = int.from_bytes(content[:8], "little")
    head = json.dumps(json.loads(content[8 : 8 + size]), sort_keys=True)
    return hashlib.sha256(head.encode() + content[8 + size :]).hexdigest()[:8]


def _owner(weights: Path) -> str:
    """Whose model it is; "" if nobody said."""
    try:
        return weights.with_suffix(OWNER).read_text("utf-8")
    except OSError:
        return ""


def _remove(weights: Path) -> None:
    """A model and what lies beside it."""
    for suffix in (".safetensors", ".json", OWNER):
        weights.with_suffix(suffix).unlink(missing_ok=True)


def _age(path: Path) -> float:
    """In seconds; infinite for what is not there."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def _fresh(path: Path) -> bool:
    return _age(path) < 3600 * HOURS

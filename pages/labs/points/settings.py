"""The settings of a training in the plane, as an address has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from diffusion_core.errors import RequestError
from diffusion_core.labs.points.settings import PointSettings
from quizzes.numerals import number_of, whole_of

WHOLE = ("count", "width", "levels", "seed", "steps")


def parse(texts: Mapping[str, str]) -> PointSettings:
    """From the words of an address. RequestError, in one sentence, for what cannot be used."""
    given: dict[str, Any] = {}
    for name in WHOLE:
        if name in texts:
            given[name] = _number(name, texts[name], whole_of)
    if "rate" in texts:
        given["learning_rate"] = _number("The learning rate", texts["rate"], number_of)
    if texts.get("only"):
        given["only"] = _number("only", texts["only"], number_of)
    if "told" in texts:
        if texts["told"] not in ("true", "false"):
            raise RequestError("told must be true or false.")
        given["told"] = texts["told"] == "true"
    if texts.get("shape", "") == "word" and "word" in texts:
        given["word"] = texts["word"].strip().upper()
    if texts.get("shape", "") == "drawing":
        given["drawing"] = _bytes(texts.get("drawing", ""))
    given |= {name: texts[name] for name in ("shape", "schedule") if name in texts}
    return PointSettings(**given)


def address(settings: PointSettings) -> str:
    """Where the page fetches this training; of a drawing, all but the drawing itself."""
    words = {
        "shape": settings.shape,
        **({"word": settings.word} if settings.shape == "word" else {}),
        "count": settings.count,
        "rate": f"{settings.learning_rate:g}",
        "width": settings.width,
        "schedule": settings.schedule,
        "levels": settings.levels,
        "told": str(settings.told).lower(),
        **({"only": f"{settings.only:g}"} if settings.only is not None else {}),
        "seed": settings.seed,
    }
    return "api/points?" + urlencode(words)


def _number(name: str, text: str, kind: Callable[[str], float]) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise RequestError(f"{name} must be a number, and not {text[:40] or 'nothing'}.") from error


def _bytes(text: str) -> bytes:
    """base64, as addresses write it: - and _ for + and /, with or without = at the end."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError("The drawing arrived damaged: draw it again.") from error

"""Settings as the addresses of our routes have them: fields of a dataclass, by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar
from urllib.parse import urlencode

from diffusion_core.errors import RequestError
from quizzes.numerals import number_of, whole_of

Settings = TypeVar("Settings")
_READ: dict[str, Callable[[str], object]] = {"str": str, "int": whole_of, "float": number_of}
"""How a field is read, by its type."""


def given(
    kind: type[Settings],
    texts: Mapping[str, str],
    fault: Callable[[str, str], str],
    aliases: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What an address says of the fields of a dataclass of str, int and float.

    fault: the sentence of the RequestError for a field that should be a number, by its name and
    text. aliases: how the address calls fields whose names Python keeps for itself.
    """
    found: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        text = texts.get((aliases or {}).get(field.name, field.name))
        if text is None:
            continue
        try:
            found[field.name] = _READ[str(field.type)](text)
        except ValueError as error:
            raise RequestError(fault(field.name, text)) from error
    return found


def query_of(
    settings: object, names: Iterable[str], aliases: Mapping[str, str] | None = None
) -> str:
    """The fields of these names as an address has them."""
    values = {name: getattr(settings, name) for name in names}
    return urlencode(
        {
            (aliases or {}).get(name, name): f"{value:g}" if isinstance(value, float) else value
            for name, value in values.items()
        }
    )

"""Messages between a service and its process: tuples of plain values, as JSON and bytes.

A message is a tuple of None, truth values, numbers, texts, bytes, tuples of these, and requests:
frozen dataclasses whose fields are such values. On the wire it is one line of JSON, in which a
tuple is a list, bytes are named by their number, {"bytes": n}, and a request by its class, {"is":
"module:Name", "has": [field, ...]}; then come all of the bytes, one after the other.

Nothing that arrives is executed, but that the module of a request is imported. What a request
checks when it is made was checked where it was made, and is not again.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from numbers import Integral
from typing import Any

Message = tuple[Any, ...]


class Wire:
    """One end. EOFError from `receive` when the other end has hung up, OSError from all."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection

    @classmethod
    def of(cls, descriptor: int) -> Wire:
        """That of an open socket."""
        return cls(Connection(descriptor))

    @classmethod
    def pair(cls) -> tuple[Wire, Wire]:
        """Both ends, in one process."""
        ours, theirs = Pipe()
        return cls(ours), cls(theirs)

    def send(self, message: Message) -> None:
        """TypeError for what is no plain value."""
        self.send_packed(packed(message))

    def send_packed(self, data: bytes) -> None:
        self._connection.send_bytes(data)

    def receive(self) -> Message:
        """The next message; waits for it."""
        return unpacked(self._connection.recv_bytes())

    def poll(self, seconds: float = 0.0) -> bool:
        """Whether there is a message, or will be so soon; or the other end has hung up."""
        return self._connection.poll(seconds)

    def close(self) -> None:
        self._connection.close()


def packed(message: Message) -> bytes:
    """As bytes. TypeError for what is no plain value."""
    blobs: list[bytes] = []

    def plain(value: object) -> object:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, bytes):
            blobs.append(value)
            return {"bytes": len(value)}
        if isinstance(value, tuple):
            return [plain(part) for part in value]
        if isinstance(value, Integral):  # numpy's, which are equal to Python's
            return int(value)
        kind = type(value)
        if is_dataclass(kind) and _request(_name(kind)) is kind:
            has = [plain(getattr(value, field.name)) for field in fields(kind)]
            return {"is": _name(kind), "has": has}
        raise TypeError(f"A {kind.__name__} is no plain value and cannot be sent.")

    head = json.dumps(plain(message)).encode()
    return b"".join([head, b"\n", *blobs])


def unpacked(data: bytes) -> Message:
    """The message. ValueError, or whatever importing a module raises, for what is none."""
    end = data.index(b"\n")
    at = end + 1

    def value(plain: Any) -> Any:
        nonlocal at
        if isinstance(plain, list):
            return tuple(value(part) for part in plain)
        if not isinstance(plain, dict):
            return plain
        if "bytes" in plain:
            at += plain["bytes"]
            return data[at - plain["bytes"] : at]
        kind = _request(plain["is"])
        made = object.__new__(kind)
        for field, part in zip(fields(kind), plain["has"], strict=True):
            object.__setattr__(made, field.name, value(part))
        return made

    message = value(json.loads(data[:end]))
    if not isinstance(message, tuple):
        raise ValueError("A message is a tuple.")
    return message


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def _request(name: str) -> Any:
    """The class of that name. TypeError unless it is one of frozen dataclasses."""
    module, _, qualified = name.partition(":")
    kind = getattr(import_module(module), qualified, None)
    settings = getattr(kind, "__dataclass_params__", None)
    if settings is None or not settings.frozen:
        raise TypeError(f"{name} is no frozen dataclass and cannot be sent.")
    return kind

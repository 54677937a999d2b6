"""Messages between the service and its processes: what is sent arrives, and nothing is executed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.errors import RequestError
from diffusion_core.labs.one_step.job import TrainingRounds
from diffusion_core.labs.points.settings import PointSettings
from diffusion_core.labs.sound.job import Melody
from diffusion_core.request import Request
from diffusion_core.service.edits import Between, Repair
from diffusion_core.service.jobs import Drawing, Guess, Learning
from diffusion_core.service.wire import Wire, packed, unpacked
from pages.exports.order import Export, Order
from pages.stage.reverse import ReverseSettings

REQUESTS = [
    Drawing(Request((3, 10), "ddpm", 7, 1.5, seed=4), 2, bytes(range(256)) + b"\n" * 528, 0.6),
    Guess(bytes(784), bytes(range(98)) * 32, "cosine", 1000, 0.5),
    Repair(Request((3,)), b"\n" * 784, bytes(98)),
    Between(Request((3,) * 5), (3, 8), pictures=(bytes(784), b"\xff" * 784)),
    Melody((4, None, 7)),
    TrainingRounds(),
    Learning(PointSettings(drawing=b"", only=1 / 3)),
    Export(Order("gif", (ReverseSettings(), ReverseSettings(steps=3)), None, ""), (b"a\n", b"")),
]
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@given(st.lists(PLAIN, max_size=5).map(tuple))
def test_plain_values_arrive_as_they_were(message: tuple[Any, ...]) -> None:
    assert unpacked(packed(message)) == message
    assert repr(unpacked(packed(message))) == repr(message)  # True is not 1, nor 1 a 1.0


@pytest.mark.parametrize("request_", REQUESTS)
def test_requests_arrive_equal_and_hash_alike(request_: Any) -> None:
    (arrived,) = unpacked(packed((request_,)))
    assert arrived == request_ and hash(arrived) == hash(request_)
    assert type(arrived) is type(request_)


def test_through_a_wire() -> None:
    ours, theirs = Wire.pair()
    message = ("do", 7, REQUESTS[0], "anna")
    ours.send(message)
    assert theirs.poll() and theirs.receive() == message
    ours.send(("chunk", 7, b""))
    assert theirs.receive() == ("chunk", 7, b"")
    ours.close()
    with pytest.raises(EOFError):
        theirs.receive()


def test_numbers_are_exact() -> None:
    assert repr(unpacked(packed((np.int64(3), np.float64(0.1))))) == "(3, 0.1)"
    numbers = (0.1, 1e300, math.inf, -0.0, 2**63)
    assert unpacked(packed(numbers)) == numbers
    assert math.copysign(1, unpacked(packed((-0.0,)))[0]) == -1


@pytest.mark.parametrize("value", [{"a": 1}, [1], np.zeros(3), object(), RequestError, {1}])
def test_what_is_no_plain_value_is_not_sent(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be sent"):
        packed(("do", value))


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "builtins:eval",
        "diffusion_core.request:network_of",
        "subprocess:Popen",
        "json:",
    ],
)
def test_nothing_but_frozen_dataclasses_is_made(name: str) -> None:
    message = json.dumps([{"is": name, "has": ["echo"]}]).encode() + b"\n"
    with pytest.raises(TypeError, match="frozen"):
        unpacked(message)

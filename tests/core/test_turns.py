"""Turns: parties first, work second, and never more time than the passes of the network leave."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import Pipe

import pytest

from diffusion_core.service.turns import BROKEN, PASSES_TO_TURNS, Turns


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Log:
    """Work that says when it has a turn, and takes so long for each."""

    def __init__(self, clock: Clock, seconds: float = 1.0) -> None:
        self.clock = clock
        self.seconds = seconds
        self.turns: list[str] = []

    def work(self, name: str) -> Iterator[bytes]:
        """Without an end."""
        while True:
            self.turns.append(name)
            self.clock.now += self.seconds
            yield b""


def turns_and_log(seconds: float = 1.0) -> tuple[Turns, Log]:
    clock = Clock()
    _, theirs = Pipe()
    return Turns(theirs, clock), Log(clock, seconds)


def test_a_visitor_with_ten_pieces_of_work_has_as_many_turns_as_one_with_one() -> None:
    turns, log = turns_and_log()
    for key in range(10):
        turns.add(key, log.work("anna"), "anna")
    turns.add(10, log.work("ben"), "ben")
    for _ in range(40):
        turns.take()
    assert log.turns.count("ben") == 20


def test_the_pieces_of_one_visitor_take_turns_among_themselves() -> None:
    turns, log = turns_and_log()
    for key, name in enumerate("abc"):
        turns.add(key, log.work(name), "anna")
    for _ in range(9):
        turns.take()
    assert log.turns == [*"abcabcabc"]


def test_what_several_want_has_turns_of_its_own() -> None:
    turns, log = turns_and_log()
    for key, name in enumerate("abc"):
        turns.add(key, log.work(name), "anna")
    turns.share(2)
    for _ in range(8):
        turns.take()
    assert log.turns.count("c") == 4


def test_turns_leave_the_passes_of_the_network_two_thirds_of_the_time() -> None:
    turns, log = turns_and_log(seconds=0.5)
    # Several have turns, so that none of them has too much.
    for key, name in enumerate(("anna", "cem", "dora", "eli")):
        turns.add(key, log.work(name), name)
    passes, pass_seconds = 0, 0.02
    while log.clock.now < 60:
        log.clock.now += pass_seconds
        turns.passed(pass_seconds)
        turns.ledger.charge("ben", pass_seconds)
        passes += 1
        turns.take(beside={"ben"})
    share = passes * pass_seconds / log.clock.now
    assert abs(share - PASSES_TO_TURNS / (1 + PASSES_TO_TURNS)) < 0.02
    # Where nobody draws, nothing is held back.
    before = len(log.turns)
    for _ in range(5):
        turns.take()
    assert len(log.turns) == before + 5


def test_who_has_had_many_passes_has_no_turn_while_others_draw() -> None:
    turns, log = turns_and_log(seconds=0.1)
    turns.add(1, log.work("anna"), "anna")
    turns.ledger.charge("anna", 1.0)
    turns.ledger.charge("ben", 0.5)
    turns.take(beside={"ben"})
    assert not log.turns
    # Where only she herself waits, she has it.
    turns.take(beside={"anna"})
    assert log.turns == ["anna"]


def broken() -> Iterator[bytes]:
    yield b"begun"
    raise AssertionError


def test_a_process_in_which_nothing_can_be_done_any_more_ends() -> None:
    ours, theirs = Pipe()
    turns = Turns(theirs)
    for _ in range(BROKEN - 1):
        turns.add(1, broken())
        turns.take()
        turns.take()
    # One that ends well: it was the work that was at fault, and not the process.
    turns.add(2, iter([b""]))
    turns.take()
    turns.take()
    for key in range(BROKEN):
        turns.add(key, broken())
    for _ in range(2 * BROKEN - 1):
        turns.take()
    with pytest.raises(SystemExit, match="5 pieces"):
        turns.take()
    ours.close()

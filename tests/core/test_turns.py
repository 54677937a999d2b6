"""Turns: parties first, work second, and never more time than the passes of the network leave."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction, from_x0
from diffusion_core.request import Request
from diffusion_core.run import reverse
from diffusion_core.schedule import Floats
from diffusion_core.service.asking import asking
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.turns import PASSES_TO_TURNS
from diffusion_core.service.work import Question, Work
from diffusion_core.service.works import BEGINNINGS, BROKEN, MOMENT, Report, Works


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class House:
    """Works of a process whose passes and turns take so long, and who had a turn."""

    def __init__(self, turn: float = 1.0, pass_: float = 0.02) -> None:
        self.clock, self.turn, self.pass_ = Clock(), turn, pass_
        self.passes = 0
        self.turns: list[str] = []
        ledger = Ledger(self.clock)
        self.works = Works(Batcher({"one": self.network}, ledger=ledger))

    def network(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.clock.now += self.pass_
        self.passes += 1
        return from_x0(torch.zeros_like(x_t), x_t, alpha, sigma)

    def computing(self, name: str) -> Work:
        """Without an end."""
        yield b""
        while True:
            self.turns.append(name)
            self.clock.now += self.turn
            yield b""

    def drawing(self, steps: int = 1000) -> Work:
        return asking(reverse(Request((0,), "ddim", steps)), "one", lambda step: [b"step"])

    def begin(self, *parties: str) -> None:
        """Somebody of each computes."""
        for name in parties:
            self.works.add(len(self.works), self.computing(name), name)
        self.works.begin()


def test_a_visitor_with_ten_pieces_of_work_has_as_many_turns_as_one_with_one() -> None:
    house = House()
    house.begin(*["anna"] * 10, "ben")
    for _ in range(40):
        house.works.tick()
    assert house.turns.count("ben") == 20


def test_the_pieces_of_one_visitor_take_turns_among_themselves() -> None:
    house = House()
    for key, name in enumerate("abc"):
        house.works.add(key, house.computing(name), "anna")
    for _ in range(9):
        house.works.tick()
    assert house.turns == [*"abcabcabc"]


def test_what_several_want_has_turns_of_its_own() -> None:
    house = House()
    for key, name in enumerate("abc"):
        house.works.add(key, house.computing(name), "anna")
    house.works.share(2)
    for _ in range(8):
        house.works.tick()
    assert house.turns.count("c") == 4


def test_turns_leave_the_passes_of_the_network_two_thirds_of_the_time() -> None:
    house = House(turn=0.5, pass_=0.1)
    # Several have turns, so that none of them has too much.
    house.begin("anna", "cem", "dora", "eli")
    house.works.add("drawing", house.drawing(), "ben")
    while house.clock.now < 60:
        house.works.tick()
    share = house.passes * house.pass_ / house.clock.now
    assert abs(share - PASSES_TO_TURNS / (1 + PASSES_TO_TURNS)) < 0.02
    # Where nobody draws, nothing is held back.
    house.works.forget("drawing")
    before = len(house.turns)
    for _ in range(5):
        house.works.tick()
    assert len(house.turns) == before + 5


def test_who_has_had_many_passes_has_no_turn_while_others_draw() -> None:
    house = House(turn=0.1, pass_=0.5)
    house.works.add("hers", house.drawing(3), "anna")
    for _ in range(3):
        house.works.tick()
    house.begin("anna")
    house.works.add("his", house.drawing(2), "ben")
    house.works.tick()
    assert not house.turns
    # Where only she herself waits, she has it.
    house.works.forget("his")
    house.works.tick()
    assert house.turns == ["anna"]


def test_who_has_just_come_asks_in_the_next_pass_however_much_is_owed() -> None:
    house = House(turn=0.5)
    house.begin("anna", "cem")
    house.works.add("ben", house.drawing(), "ben")
    for _ in range(20):
        house.works.tick()
    house.works.add("dora", house.drawing(), "dora")
    assert Report("dora", b"step") in house.works.tick()


def test_many_who_compute_before_they_pause_begin_one_after_the_other() -> None:
    """It is bad manners, and costs those who draw no more than its turn would."""
    house = House()

    def rude() -> Work:
        house.clock.now += 0.6 * BEGINNINGS
        yield b""

    house.works.add("ben", house.drawing(), "ben")
    house.works.tick()
    for key in range(10):
        house.works.add(key, rude(), f"anna{key}")
    for _ in range(5):
        before = house.clock.now
        house.works.tick()
        assert house.clock.now - before < 1.5 * BEGINNINGS


def test_a_work_that_does_not_stop_talking_is_interrupted() -> None:
    house = House()

    def chatter() -> Work:
        while True:
            house.clock.now += MOMENT / 4
            yield b"and"

    house.works.add("anna", chatter(), "anna")
    house.works.add("ben", house.drawing(2), "ben")
    said = [report for _ in range(4) for report in house.works.tick()]
    assert Report("ben", finished=True) in said
    assert 0 < said.count(Report("anna", b"and")) <= 5 * 6  # a few words for each time she goes on


def test_a_work_may_ask_after_it_has_computed_and_compute_after_it_has_asked() -> None:
    house = House(turn=0.01)
    x = torch.ones((2, 1, 28, 28))
    query = Query(x, np.full(2, 0.6), np.full(2, 0.8), torch.tensor([1, 2]))

    def both() -> Generator[Question | bytes, Prediction, None]:
        for _ in range(2):
            yield b""
            house.turns.append("both")
            answer = yield Question("one", query)
            assert answer.x0_hat.shape == x.shape
            yield b"asked"

    house.works.add(1, both(), "anna")
    said = [report for _ in range(9) for report in house.works.tick()]
    assert said == [Report(1, b"asked"), Report(1, b"asked"), Report(1, finished=True)]
    assert house.turns == ["both"] * 2 and house.passes == 2


def broken() -> Work:
    yield b""
    raise AssertionError


def fine() -> Work:
    yield b""


def test_a_process_in_which_nothing_can_be_done_any_more_is_broken() -> None:
    works = Works()
    for key in range(BROKEN - 1):
        works.add(key, broken())
    for _ in range(BROKEN):
        works.tick()
    # One that ends well: it was the work that was at fault, and not the process.
    works.add("fine", fine())
    works.tick()
    works.tick()
    for key in range(BROKEN):
        assert not works.broken
        works.add(key, broken())
        works.tick()
        works.tick()
    assert works.broken

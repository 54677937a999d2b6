"""The line of jobs: visitors take turns, and nobody's hundred jobs hold up another's one."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from diffusion_core.service.answer import Answer
from diffusion_core.service.lane import Lane
from diffusion_core.service.limits import Limits
from diffusion_core.service.visitor import NOBODY, Visitor

ANNA, BEN, CLEO = (Visitor(name, "here") for name in ("anna", "ben", "cleo"))
NUMBERS = itertools.count()


@dataclass(frozen=True)
class Piece:
    """A job of so many pictures."""

    number: int
    width: int = 1
    size: int = 1


def wait(lane: Lane, *visitors: Visitor, width: int = 1, size: int = 1) -> Answer:
    """A job that these wait for."""
    number = next(NUMBERS)
    answer = Answer(number, Piece(number, width, size), readers=Counter(visitors))
    lane.waiting[number] = answer
    return answer


def end(lane: Lane, answer: Answer) -> list[Answer]:
    """It has ended; what begins in its place."""
    lane.leave(answer)
    return begin(lane)


def begin(lane: Lane) -> list[Answer]:
    """What begins now; the others hear their places."""
    begun = lane.begin_what_fits()
    lane.tell_places()
    return begun


def test_whoever_has_had_least_is_next() -> None:
    lane = Lane(Limits(width=1))
    [first, *_] = crowd = [wait(lane, ANNA) for _ in range(100)]
    assert begin(lane) == [first]
    late = wait(lane, BEN)
    assert begin(lane) == [] and late.before == 0
    assert end(lane, first) == [late]
    # Of equals, whoever came first; and then in turn, not one after the other.
    crowd_of_ben = [wait(lane, BEN) for _ in range(3)]
    begun = [late]
    for _ in range(6):
        begun += end(lane, begun[-1])
    in_turn = itertools.chain(*zip(crowd_of_ben, crowd[2:], strict=False))
    assert begun[1:] == [crowd[1], *in_turn][:6]


def test_dear_jobs_count_for_more_than_cheap_ones() -> None:
    lane = Lane(Limits(width=100, share=1.0))
    dear, cheap = [wait(lane, ANNA, width=90) for _ in range(2)], []
    assert begin(lane) == dear[:1]
    cheap = [wait(lane, BEN, width=10) for _ in range(9)]
    assert begin(lane) == cheap[:1]
    assert [answer.before for answer in [*cheap[1:], dear[1]]] == [*range(9)]


def test_what_is_under_way_for_one_visitor_leaves_room_for_the_next() -> None:
    lane = Lane(Limits(width=40, share=0.25))
    crowd = [wait(lane, ANNA, width=4) for _ in range(30)]
    assert begin(lane) == crowd[:2]
    late = [wait(lane, BEN, width=4), wait(lane, CLEO, width=10)]
    assert begin(lane) == late, "They begin at once, though Anna has 28 in line."
    assert [answer.before for answer in crowd[2:]] == [*range(28)]
    assert end(lane, crowd[0]) == [crowd[2]]


def test_a_job_that_is_larger_than_a_share_is_done_all_the_same() -> None:
    lane = Lane(Limits(width=40, share=0.25))
    first, second = wait(lane, ANNA, width=64), wait(lane, ANNA)
    assert begin(lane) == [first]
    assert end(lane, first) == [second]


def test_the_server_itself_is_not_held_to_a_share() -> None:
    lane = Lane(Limits(width=40))
    jobs = [wait(lane, NOBODY, width=4) for _ in range(30)]
    assert begin(lane) == jobs[:10]


def test_a_wide_job_is_not_passed_for_ever_by_narrow_ones() -> None:
    lane = Lane(Limits(width=10, share=1.0))
    running = [wait(lane, ANNA, width=5) for _ in range(2)]
    assert begin(lane) == running
    wide, narrow = wait(lane, BEN, width=10), wait(lane, CLEO, width=1)
    assert end(lane, running[0]) == [], "It is next, so nobody slips in before it."
    assert end(lane, running[1]) == [wide]
    assert end(lane, wide) == [narrow]


def test_what_several_wait_for_comes_when_the_first_of_them_is_next() -> None:
    lane = Lane(Limits(width=1))
    crowd = [wait(lane, ANNA) for _ in range(20)]
    assert begin(lane) == crowd[:1]
    crowd[-1].readers[BEN] += 1  # Ben asks for what Anna has put at the very end.
    assert end(lane, crowd[0]) == [crowd[-1]]
    assert lane.begun_for(crowd[-1]) == BEN


@given(
    st.lists(
        st.tuples(st.sampled_from([ANNA, BEN, CLEO, NOBODY]), st.integers(1, 30)), max_size=40
    ),
    st.randoms(use_true_random=False),
)
def test_everybody_is_served_and_never_more_at_once_than_there_is_room_for(
    asked: list[tuple[Visitor, int]], random: object
) -> None:
    lane = Lane(Limits(width=24, share=0.5))
    jobs = [wait(lane, visitor, width=width) for visitor, width in asked]
    begun = begin(lane)
    while lane.running:
        widths = [answer.job.width for answer in lane.running.values()]
        assert len(widths) == 1 or sum(widths) <= 24
        assert [a.before for a in lane.waiting.values() if a.before is None] == []
        begun += end(lane, random.choice([*lane.running.values()]))  # type: ignore[attr-defined]
    assert sorted(a.key for a in begun) == [a.key for a in jobs] and not lane.waiting

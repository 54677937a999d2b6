"""Batching in flight: the same pictures as alone, full passes, and nobody spoils another's run."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from dataclasses import dataclass, field, replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from diffusion_core.denoiser import Denoiser, NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.pixels import to_uint8
from diffusion_core.prediction import Prediction, from_x0
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import Step, final_picture, reverse, sample
from diffusion_core.schedule import Floats
from diffusion_core.service.asking import asking
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.ledger import Ledger
from diffusion_core.service.work import Question
from diffusion_core.service.works import Report, Works
from diffusion_core.unet import UNet

CROWD = [
    Request((3,), "dpmpp", 6, 1.5, seed=1),
    Request((0, 1, 2, 3, 4), "ddpm", 9, 1.0, seed=2),
    Request((7, NO_LABEL), "heun", 4, 3.0, seed=3),
    Request((5,) * 4, "ddim", 3, 0.0, seed=4),
    Request((9,), "dpmpp", 20, 2.0, seed=5),
]


@dataclass
class Watched:
    """A denoiser that answers as another does and notes how large each batch was."""

    inner: Denoiser
    sizes: list[int] = field(default_factory=list)

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.sizes.append(len(x_t))
        return self.inner(x_t, alpha, sigma, label)


def company(denoisers: dict[str, Denoiser], capacity: int = 64) -> Works:
    """Works that share passes. No time passes, so nothing depends on how quick a machine is."""
    return Works(Batcher(denoisers, capacity, ledger=Ledger(clock=lambda: 0.0)))


def run(request: Request, network: str) -> Generator[Question | Step, Prediction, None]:
    """Work that says its steps."""
    return asking(reverse(request), network, lambda step: [step])


def grey(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    """A denoiser that always sees the same grey, for tests of who is served and when."""
    return from_x0(torch.full_like(x_t, 0.25), x_t, alpha, sigma)


def run_all(works: Works) -> dict[Hashable, list[Report]]:
    """Tick until nothing is left: the reports of each job."""
    heard: dict[Hashable, list[Report]] = {}
    for _ in range(100_000):
        for report in works.tick():
            heard.setdefault(report.key, []).append(report)
        if not len(works):
            return heard
    raise AssertionError("They do not come to an end.")


@pytest.mark.parametrize("capacity", [1, 3, 16, 64])
def test_pictures_are_the_same_alone_and_in_a_crowd(tiny_network: UNet, capacity: int) -> None:
    denoiser = NetworkDenoiser(tiny_network)
    works = company({"one": denoiser}, capacity)
    for key, request in enumerate(CROWD):
        works.add(key, run(request, "one"))
    heard = run_all(works)
    for key, request in enumerate(CROWD):
        *said, end = heard[key]
        steps = [report.result for report in said]
        assert all(isinstance(step, Step) for step in steps) and len(steps) == request.steps
        assert end == Report(key, finished=True) and not any(report.finished for report in said)
        alone = [*sample(denoiser, request)]
        for ours, theirs in zip(steps, alone, strict=True):
            assert isinstance(ours, Step)
            assert (ours.index, ours.t, ours.calls) == (theirs.index, theirs.t, theirs.calls)
            apart = to_uint8(ours.x_next).astype(int) - to_uint8(theirs.x_next).astype(int)
            assert abs(apart).max() <= 1


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 6)), min_size=1, max_size=12),
    st.integers(1, 8),
)
def test_passes_are_full_while_there_is_enough_to_do(
    jobs: list[tuple[int, int]], capacity: int
) -> None:
    watched = Watched(grey)
    works = company({"one": watched}, capacity)
    for key, (count, steps) in enumerate(jobs):
        works.add(key, run(Request((0,) * count, "ddim", steps), "one"))
    left = {key: count * steps for key, (count, steps) in enumerate(jobs)}
    while len(works):
        before = len(watched.sizes)
        works.tick()
        assert len(watched.sizes) == before + 1  # one pass a tick
    assert max(watched.sizes) <= capacity
    assert sum(watched.sizes) == sum(left.values())  # and nothing is computed twice
    widest = max(count for count, _ in jobs)
    # A pass can be short only where fewer pictures than its capacity are under way in all.
    total = sum(count for count, _ in jobs)
    if total >= capacity:
        assert watched.sizes[0] == capacity
    assert watched.sizes[0] >= min(capacity, widest)


def ticks_until(works: Works, key: Hashable) -> int:
    """How many ticks it takes until this job is finished."""
    for ticks in range(1, 10_000):
        if any(report.key == key and report.finished for report in works.tick()):
            return ticks
    raise AssertionError(f"{key} is never finished.")


def test_nobody_waits_for_somebody_elses_thousand_steps() -> None:
    works = company({"one": grey}, capacity=4)
    works.add("long", run(Request((0,) * 4, "ddim", 1000), "one"))
    for _ in range(10):
        works.tick()
    works.add("short", run(Request((1,) * 4, "ddim", 5), "one"))
    assert ticks_until(works, "short") <= 10


def test_a_long_run_is_not_starved_by_short_ones_that_keep_coming() -> None:
    works = company({"one": grey}, capacity=4)
    works.add("long", run(Request((0,), "ddim", 20), "one"))
    for tick in range(400):
        for which in range(4):
            works.add((tick, which), run(Request((1,), "ddim", 1), "one"))
        if any(report.key == "long" and report.finished for report in works.tick()):
            break
        # There is always more to do than fits; whoever is over capacity waits in line.
    assert tick < 399


def test_everybody_gets_a_first_step_soon() -> None:
    works, started = company({"one": grey}, capacity=8), {}
    for key in range(40):
        works.add(key, run(Request((0,), "ddim", 50), "one"))
    for tick in range(1, 7):
        for report in works.tick():
            started.setdefault(report.key, tick)
    assert len(started) == 40 and max(started.values()) <= 6


def test_of_a_crowd_half_are_served_long_before_the_last() -> None:
    works, ended = company({"one": grey}, capacity=8), []
    for key in range(32):
        works.add(key, run(Request((0,), "ddim", 10), "one"))
    ticks = 0
    while len(works):
        ticks += 1
        ended += [ticks for report in works.tick() if report.finished]
    assert len(ended) == 32 and ticks <= 45  # 40 would do if every pass could be full
    assert ended[15] <= 30  # in equal shares, everybody would end within the last four ticks


def test_a_job_wider_than_a_pass_is_served_in_parts() -> None:
    watched = Watched(grey)
    works = company({"one": watched}, capacity=5)
    works.add("wide", run(Request((0,) * 12, "ddim", 2), "one"))
    assert [r.finished for r in run_all(works)["wide"]] == [False, False, True]
    assert watched.sizes == [5, 5, 2, 5, 5, 2]


def test_two_networks_take_turns() -> None:
    first, second = Watched(grey), Watched(grey)
    works = company({"a": first, "b": second}, capacity=8)
    for key in range(3):
        works.add(("a", key), run(Request((0,), "ddim", 4), "a"))
        works.add(("b", key), run(Request((0,), "ddim", 4), "b"))
    heard = run_all(works)
    assert all(len(reports) == 5 for reports in heard.values()) and len(heard) == 6
    assert first.sizes == second.sizes == [3, 3, 3, 3]


# --- What goes wrong for one goes well for the others ---------------------------------------------


def no_number_for_threes(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    x0_hat = torch.where((label == 3)[:, None, None, None], torch.nan, torch.zeros_like(x_t))
    return from_x0(x0_hat, x_t, alpha, sigma)


def refuses_threes(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    if (label == 3).any():
        raise RuntimeError("some shape does not match")
    return grey(x_t, alpha, sigma, label)


def short_of_memory(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    if len(x_t) > 2:
        raise MemoryError
    return grey(x_t, alpha, sigma, label)


def out_of_range(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
    if (label == 3).any():
        raise RequestError("Threes are out.")
    return grey(x_t, alpha, sigma, label)


@pytest.mark.parametrize(
    ("denoiser", "said"),
    [
        (no_number_for_threes, "not a number"),
        (refuses_threes, "could not answer (RuntimeError)"),
        (out_of_range, "Threes are out"),
    ],
)
def test_one_bad_job_does_not_spoil_its_neighbours(denoiser: Denoiser, said: str) -> None:
    works = company({"one": denoiser}, capacity=16)
    for label in (1, 3, 5):
        works.add(label, run(Request((label,) * 2, "ddim", 4), "one"))
    heard = run_all(works)
    (failed,) = heard[3]
    assert failed.problem is not None and said in failed.problem
    assert failed.problem.endswith(".") and "\n" not in failed.problem
    for label in (1, 5):
        assert [report.problem for report in heard[label]] == [None] * 5
        last = heard[label][-2].result
        assert isinstance(last, Step) and last.x_next.isfinite().all()


def test_a_pass_that_is_too_large_for_the_memory_is_made_in_parts() -> None:
    works = company({"one": short_of_memory}, capacity=16)
    for key in range(4):
        works.add(key, run(Request((1, 2), "ddim", 3), "one"))
    works.add("wide", run(Request((1, 2, 3), "ddim", 3), "one"))
    heard = run_all(works)
    assert all(heard[key][-1].finished for key in range(4))
    problem = heard["wide"][0].problem
    assert problem is not None and "not enough memory" in problem


def test_a_sampler_that_fails_ends_its_own_run_only() -> None:
    def bad() -> Generator[Question, Prediction, None]:
        yield next(run(Request((0,), "ddim", 3), "one"))  # type: ignore[misc]
        raise ZeroDivisionError

    works = company({"one": grey})
    works.add("bad", bad())
    works.add("good", run(Request((0,), "ddim", 3), "one"))
    heard = run_all(works)
    assert "ZeroDivisionError" in str(heard["bad"][0].problem)
    assert heard["good"][-1].finished


def test_a_thousand_cancelled_jobs_leave_nothing(tiny_network: UNet) -> None:
    denoiser = NetworkDenoiser(tiny_network)
    works = company({"one": denoiser}, capacity=8)
    request = Request((4, 2), "dpmpp", 3, 1.5)
    for key in range(1000):
        works.add(key, run(replace(request, steps=1000, seed=key), "one"))
        if key % 100 == 0:
            works.tick()
    for key in range(1000):
        works.forget(key)
    works.forget("never there")
    assert len(works) == 0 and works.tick() == []
    works.add("after", run(request, "one"))
    last = run_all(works)["after"][-2].result
    assert isinstance(last, Step)
    torch.testing.assert_close(last.x_next, final_picture(sample(denoiser, request)))


def test_a_job_can_be_cancelled_half_way_through_its_pictures() -> None:
    works = company({"one": grey}, capacity=4)
    works.add("wide", run(Request((0,) * 6, "ddim", 2), "one"))
    works.tick()
    works.forget("wide")
    works.add("wide", run(Request((0,) * 6, "ddim", 2), "one"))
    assert run_all(works)["wide"][-1].finished


def test_mistakes_in_using_it() -> None:
    works = company({"one": grey})
    works.add("a", run(Request((0,)), "one"))
    with pytest.raises(ValueError, match="already"):
        works.add("a", run(Request((0,)), "one"))
    with pytest.raises(ValueError, match="at least one"):
        Batcher({}, capacity=0)


def test_a_network_that_is_gone_ends_the_jobs_that_want_it_and_no_others() -> None:
    works = company({"here": grey})
    works.add(1, run(Request((3,), "ddim", 2), "gone"))
    works.add(2, run(Request((3,), "ddim", 2), "here"))
    heard = run_all(works)
    assert heard[1][-1].problem and heard[2][-1].finished and not heard[2][-1].problem


def test_passes_that_fail_in_a_row_are_counted_until_one_succeeds() -> None:
    working = [False]

    def sometimes(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        if not working[0]:
            raise RuntimeError("could not create a primitive")
        return grey(x_t, alpha, sigma, label)

    batcher = Batcher({"one": sometimes})
    works = Works(batcher)
    for key in range(3):
        works.add(key, run(Request((3,), "ddim", 2), "one"))
    assert all(report.problem for report in works.tick()) and batcher.failures == 3
    working[0] = True
    works.add(4, run(Request((3,), "ddim", 2), "one"))
    works.tick()
    assert batcher.failures == 0


# --- Parties --------------------------------------------------------------------------------------


def passes_until_done(works: Works, watched: Watched, keys: set[Hashable]) -> list[int]:
    """The sizes of the passes until these jobs have ended."""
    before = len(watched.sizes)
    while keys:
        keys = keys - {report.key for report in works.tick() if report.finished}
    return watched.sizes[before:]


@pytest.mark.parametrize("others", [1, 2, 10, 20])
def test_one_party_makes_the_passes_of_the_others_half_as_long_again_at_most(others: int) -> None:
    def time_of_others(with_anna: bool) -> list[int]:
        watched = Watched(grey)
        works = company({"one": watched})
        if with_anna:
            for key in range(6):
                works.add(("anna", key), run(Request((1,) * 16, "ddim", 1000, 2.0), "one"), "anna")
            works.tick()
        for key in range(others):
            works.add(key, run(Request((3,), "ddim", 20, 2.0, seed=key), "one"), f"ben{key}")
        return passes_until_done(works, watched, {*range(others)})

    alone, beside = time_of_others(False), time_of_others(True)
    # A pass takes as long as there are pictures in it, about.
    assert sum(beside) <= 1.5 * sum(alone) + 64, (
        "The pass that was under way may still be one of 64."
    )


def test_a_party_that_is_alone_has_whole_passes() -> None:
    watched = Watched(grey)
    works = company({"one": watched}, 16)
    for key in range(5):
        works.add(key, run(Request((3,) * 8, "ddim", 4), "one"), "anna")
    assert set(passes_until_done(works, watched, {*range(5)})[:8]) == {16}


def test_a_job_that_several_want_is_not_held_to_the_share_of_one() -> None:
    watched = Watched(grey)
    works = company({"one": watched}, 16)
    works.add("anna", run(Request((3,) * 16, "ddim", 4), "one"), "anna")
    works.add("ben", run(Request((3,) * 2, "ddim", 4), "one"), "ben")
    works.tick()
    assert watched.sizes == [3]
    works.share("anna")
    works.tick()
    assert watched.sizes[1] == 16


def test_one_party_has_a_part_of_the_time_over_all_networks() -> None:
    """Passes of different networks are no passes together: without the ledger she had half."""
    now, had = [0.0], {"a": 0, "b": 0}

    def taking(name: str) -> Denoiser:
        def network(x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
            now[0] += 0.05
            had[name] += 1
            return grey(x_t, alpha, sigma, label)

        return network

    ledger = Ledger(clock=lambda: now[0])
    works = Works(Batcher({"a": taking("a"), "b": taking("b")}, ledger=ledger))
    works.add("anna", run(Request((3,), "ddim", 1000), "a"), "anna")
    for key in range(3):
        works.add(key, run(Request((3,), "ddim", 1000, seed=key), "b"), f"ben{key}")
    for _ in range(400):
        works.tick()
    assert had["a"] <= 0.5 * had["b"], had
    assert had["a"] >= 0.25 * had["b"], had

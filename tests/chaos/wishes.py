"""What visitors ask the server for, and how to tell that they got it."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import numpy as np

from diffusion_core.files.frames import FRAME_HEAD
from diffusion_core.labs.tradeoff import SCALES
from diffusion_core.request import IMAGE_SIZE
from tests.core.plane_runs import received
from tests.pages.unbundle import unbundle

PAGES = ("", "overview", "forward", "reverse", "training", "applications", "practice", "recall")
STEPS = 40
"""Of a training in the plane."""
SENTENCE = re.compile(r"[^\n]{10,400}[.!?]")
INSIDES = ("Traceback", "Error:", "/tmp/", "site-packages", ".py")
"""What no sentence for readers has in it."""


@dataclass(frozen=True)
class Wish:
    """One request. `whole`: whether the body of a good answer is all of it."""

    name: str
    path: str
    whole: Callable[[bytes], bool]
    changes: bool = False
    """Whether it changes something at the server, so that it is a POST."""


class Broken(Exception):
    """A visitor got neither what they asked for nor a sentence."""


def judged(wish: Wish, status: int, body: bytes) -> str:
    """ "answer" or "sentence". Broken for anything else."""
    if status == 200:
        said = problem_of(body)
        if said is not None:
            return _sentence(wish, status, said)
        if _is_whole(wish, body):
            return "answer"
        raise Broken(f"{wish.name}: {len(body)} bytes that are not all, ending {body[-60:]!r}")
    return _sentence(wish, status, body.decode(errors="replace"))


def _is_whole(wish: Wish, body: bytes) -> bool:
    try:
        return wish.whole(body)
    except (ValueError, KeyError, IndexError, AssertionError):
        return False


def _sentence(wish: Wish, status: int, said: str) -> str:
    if not SENTENCE.fullmatch(said) or any(inside in said for inside in INSIDES):
        raise Broken(f"{wish.name}: {status}, and no sentence: {said[:300]!r}")
    return "sentence"


def problem_of(body: bytes) -> str | None:
    """What a stream that broke off says in its last line."""
    at = body.rfind(b'{"problem": ')
    if at < 0 or not body.endswith(b"}\n"):
        return None
    try:
        return str(json.loads(body[at:])["problem"])
    except ValueError:
        return None


# --- What is whole --------------------------------------------------------------------------------


def without_notes(body: bytes) -> bytes:
    """A stream without the notes that stand before it: who is before, and whether it was kept."""
    while body.startswith((b'{"before": ', b'{"kept": ')):
        body = body.partition(b"\n")[2]
    return body


def is_recording(body: bytes) -> bool:
    head, _, frames = without_notes(body).partition(b"\n")
    told = json.loads(head)
    pictures = len(told["request"]["labels"]) * 3 * IMAGE_SIZE**2
    return len(frames) == told["frames"] * (4 * FRAME_HEAD + pictures)


def is_sound(body: bytes) -> bool:
    """Of one note."""
    head, _, frames = without_notes(body).partition(b"\n")
    told = json.loads(head)
    return len(frames) == told["frames"] * (4 * FRAME_HEAD + 16 + 4 * told["length"])


def is_bundle(body: bytes) -> bool:
    return bool(unbundle(body))


def is_plane(body: bytes) -> bool:
    return bool(received(without_notes(body)).snapshots[-1]["step"] == STEPS)


def is_training(body: bytes) -> bool:
    *_, last = events(without_notes(body))
    return bool(last["kind"] == "end")


def events(body: bytes) -> Iterator[dict[str, Any]]:
    """The heads of bundles that stand one after another."""
    while body:
        head = json.loads(body.partition(b"\n")[0])
        size = body.index(b"\n") + 1
        for listed in head["arrays"]:
            size += math.prod(listed["shape"]) * np.dtype(listed["type"]).itemsize
        if len(body) < size:
            raise ValueError("The last one is not whole.")
        yield head
        body = body[size:]


def is_spread(body: bytes) -> bool:
    lines = [json.loads(line) for line in body.splitlines()]
    return sum("guidance" in line for line in lines) == len(SCALES)


def _framed(begin: bytes, end: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(begin) and end in body[-200:]


# --- What is asked for ----------------------------------------------------------------------------


def a_page(rng: random.Random) -> Wish:
    page = rng.choice(PAGES)
    return Wish(f"page {page or 'home'}", f"/{page}", lambda body: b"</html>" in body)


def a_drawing(rng: random.Random) -> Wish:
    return _wish(
        "sample",
        is_recording,
        digit=rng.randrange(10),
        seed=rng.randrange(2**30),
        steps=rng.choice([5, 10, 20, 40]),
        n=rng.choice([1, 1, 2, 4]),
        sampler=rng.choice(["ddim", "ddpm", "heun", "dpmpp"]),
    )


def a_favourite(rng: random.Random) -> Wish:
    """What others ask for as well."""
    return _wish("sample", is_recording, digit=rng.randrange(10))


def a_between(rng: random.Random) -> Wish:
    ends = {"from": f"3.{rng.randrange(99)}", "to": f"8.{rng.randrange(99)}"}
    return _wish("edit", is_recording, kind="between", way="noise", n=3, steps=4, **ends)


def a_guess(rng: random.Random) -> Wish:
    return _wish("guess", is_bundle, digit=rng.randrange(10), seed=rng.randrange(2**30))


def a_step(rng: random.Random) -> Wish:
    return _wish("step", is_bundle, seed=rng.randrange(2**30))


def a_curve(rng: random.Random) -> Wish:
    return _wish("levels", is_bundle, network=rng.choice(["new", "digits"]))


def a_check(rng: random.Random) -> Wish:
    name = rng.choice(["ddim", "snr", "two-bells", "closed-form"])
    return _wish("check", lambda body: "agrees" in json.loads(body), name=name)


def a_spread(rng: random.Random) -> Wish:
    return _wish("spread", is_spread, digit=rng.randrange(10), seed=rng.randrange(2**30))


def a_note(rng: random.Random) -> Wish:
    return _wish("sound", is_sound, melody="C", steps=4, seed=rng.randrange(2**30), keep="ends")


def a_plane(rng: random.Random) -> Wish:
    shape = rng.choice(["rings", "moons"])
    seed = rng.randrange(2**30)
    asked = _wish("points", is_plane, shape=shape, seed=seed, steps=STEPS, width=32)
    return replace(asked, changes=True)


def a_training(rng: random.Random) -> Wish:
    run = f"{rng.randrange(2**64):016x}"
    return replace(_wish("train", is_training, run=run, digits="1", seconds=1), changes=True)


def a_long_drawing(rng: random.Random) -> Wish:
    seed = rng.randrange(2**30)
    return _wish("sample", is_recording, digit=3, seed=seed, steps=1000, n=4)


def a_long_plane(rng: random.Random) -> Wish:
    seed = rng.randrange(2**30)
    return _wish("points", lambda body: bool(received(body)), seed=seed, steps=2000)


def an_export(rng: random.Random) -> Wish:
    kind = rng.choice(["gif", "png", "pdf"])
    whole = {
        "gif": _framed(b"GIF8", b";"),
        "png": _framed(b"\x89PNG", b"IEND"),
        "pdf": _framed(b"%PDF", b"%%EOF"),
    }[kind]
    page = {"page": "forward", "digit": rng.randrange(10), "seed": rng.randrange(2**30)}
    if rng.random() < 0.5:
        page = {"page": "reverse", "digit": rng.randrange(10), "seed": rng.randrange(99)}
        page |= {"steps": 5, "n": 1}
    return _wish(f"export.{kind}", whole, **page)


def a_code(rng: random.Random) -> Wish:
    link = f"http://example.org/{rng.randrange(99)}"
    return _wish("qr", lambda body: b"</svg>" in body, link=link)


def nonsense(rng: random.Random) -> Wish:
    """What cannot be had: the answer is always a sentence."""
    path = rng.choice(
        ["sample?digit=x", "sample?steps=0", "guess?seed=x", "check?name=x", "points?steps=x"]
    )
    return Wish("nonsense", f"/api/{path}", lambda body: False)


WISHES: tuple[tuple[Callable[[random.Random], Wish], int], ...] = (
    (a_page, 20),
    (a_drawing, 30),
    (a_favourite, 10),
    (a_between, 5),
    (a_guess, 6),
    (a_step, 4),
    (a_curve, 2),
    (a_check, 3),
    (a_spread, 2),
    (a_note, 3),
    (a_plane, 8),
    (a_training, 1),
    (an_export, 6),
    (a_code, 3),
    (nonsense, 3),
)
"""All that is asked for, and how often, about."""


def wish(rng: random.Random) -> Wish:
    """The next thing that somebody wants."""
    kinds, often = zip(*WISHES, strict=True)
    return rng.choices(kinds, often)[0](rng)


def _wish(route: str, whole: Callable[[bytes], bool], /, **settings: object) -> Wish:
    return Wish(route, f"/api/{route}?{urlencode(settings)}", whole)

"""What the gallery of confusions says and shows: one small stage per claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from diffusion_core.data.embedded import RECORDED
from pages.shared.fields import whole_slider
from pages.shared.words import LessonError, words
from pages.stage import clock, follower
from pages.stage.forward import ForwardSettings, forward_scene, picture
from pages.stage.reverse import ReverseSettings, reverse_scene
from quizzes.addresses import UNTIL


@dataclass(frozen=True)
class Claim:
    """The words of one claim."""

    title: str
    refutation: str
    look: str


def claim_of(slug: str) -> Claim:
    """The words of the claim, from assets/lesson/confusions.md."""
    title, _, rest = words("confusions")[slug].partition("\n\n")
    refutation, found, look = rest.rpartition("\n\nLook: ")
    if not found or not refutation:
        raise LessonError(
            f"assets/lesson/confusions.md: “## {slug}” needs a claim, a refutation and a paragraph "
            "that begins with “Look: ”, with empty lines between."
        )
    return Claim(title.strip(), refutation.strip(), f"**Look:** {look.strip()}")


def _stage(slug: str) -> str:
    return f"confusions-{slug}"


def _runs(slug: str, *lanes: ReverseSettings) -> None:
    """One or two runs, all pictures of each."""
    stage = _stage(slug)
    for lane in range(len(lanes)):
        follower("row", stage, lane=lane, captioned=True)
    clock(reverse_scene([*lanes], stage), f"{stage}-clock")


def _run_in_detail(slug: str, lane: ReverseSettings) -> None:
    """One run, as the equation."""
    stage = _stage(slug)
    follower("denoise", stage, lane=0)
    follower("row", stage, lane=0)
    clock(reverse_scene([lane], stage), f"{stage}-clock")


def _forward(slug: str, *followers: str, schedule: str = "cosine", rest: int | None = None) -> None:
    """A digit on its way into the noise."""
    stage = _stage(slug)
    for name in followers:
        follower(name, stage)
    scene = forward_scene(ForwardSettings(schedule=schedule), stage, rest, still=rest is not None)
    clock(scene, f"{stage}-clock")


def _recover(slug: str) -> None:
    """Cover a digit up to a step that the reader chooses; the model clears it eight times."""
    t = whole_slider("Cover it up to step", UNTIL, "stretch")
    digit = RECORDED.digit
    original = picture(ForwardSettings(digit, RECORDED.which)).repeat(3, axis=0).repeat(3, axis=1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(original, width=84, alt=f"The original: a {digit}")
        st.caption(words("confusions").filled("original", a="a", digit=digit, t=t))
    origin = f"{digit}.{RECORDED.which}"
    lane = ReverseSettings(str(digit), 7, "dpmpp", 20, 0.0, 8, origin=origin, until=t)
    stage = _stage(slug)
    follower("row", stage, lane=0)
    clock(reverse_scene([lane], stage), f"{stage}-clock")


def _told(slug: str) -> None:
    """One noisy picture, and what the model makes of it at every step that it may be told."""
    stage = _stage(slug)
    left, right = st.columns([1, 1.6], vertical_alignment="center")
    with left:
        follower("picture", stage)
    with right:
        follower("guess", stage)
    follower("sentence", stage)
    scene = forward_scene(ForwardSettings(), stage, 500, told_about=500, still=True)
    clock(scene, f"{stage}-clock")


THREES = ReverseSettings("3", 7, "ddim", 20, 1.5, 4)
CLAIMS: dict[str, Callable[[str], None]] = {
    "recover": _recover,
    "only-noise": lambda slug: _run_in_detail(slug, ReverseSettings("all", 4)),
    "at-once": lambda slug: _runs(slug, THREES, ReverseSettings("3", 7, "ddim", 1, 1.0, 4)),
    "paste": lambda slug: _runs(slug, ReverseSettings("4", 11, "dpmpp", 20, 1.0, 16)),
    "blur": lambda slug: _forward(slug, "blur"),
    "whole-chain": lambda slug: _forward(slug, "chain"),
    "previous-frame": lambda slug: _run_in_detail(slug, ReverseSettings("8", 3)),
    "all-noise": lambda slug: _runs(
        slug,
        ReverseSettings("3", 7, "ddpm", 50, 1.0, 4),
        ReverseSettings("3", 7, "ddim", 1, 1.0, 4),
    ),
    "more-steps": lambda slug: _runs(
        slug, ReverseSettings("5", 7), ReverseSettings("5", 7, "dpmpp", 100)
    ),
    "more-guidance": lambda slug: _runs(
        slug, ReverseSettings("2", 7, n=8), ReverseSettings("2", 7, guidance=5.0, n=8)
    ),
    "half-way": lambda slug: _forward(slug, "equation", "curves", schedule="linear-1000", rest=500),
    "told-t": _told,
    "same-seed": lambda slug: _runs(
        slug, ReverseSettings("4", 7, "ddim", 50), ReverseSettings("4", 7, "ddpm", 50)
    ),
}


def show(slug: str) -> None:
    """The stage that refutes the claim."""
    CLAIMS[slug](slug)

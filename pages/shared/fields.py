"""Widgets that are bound to the address, made from the declarations of their settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Literal

import streamlit as st

from pages.shared.address import locked
from pages.shared.slides import presenting
from quizzes.parameters import Choice, Key, Number, Parameter, Switch, Typed, Whole

Width = int | Literal["stretch", "content"]


@contextmanager
def more(page: str, *settings: Parameter, label: str = "More settings") -> Iterator[None]:
    """Settings that wait until they are wanted: they are in sight where the address says something
    of one of them, and then for the rest of the visit; but not on a slide. Once on a page."""
    flag = f"{page}:more"
    if any(setting.name in st.query_params for setting in settings):
        st.session_state[flag] = True
    opened = bool(st.session_state.get(flag)) and not presenting()
    with (
        st.expander(label, opened, type="compact", key=f"more-{page}"),
        st.container(horizontal=True, vertical_alignment="bottom", key=f"controls-more-{page}"),
    ):
        yield


@contextmanager
def lab_settings(page: str) -> Iterator[None]:
    """The settings of a lab in a row above it; on a slide they wait in its corner."""
    folded = (
        st.expander("Settings", type="compact", key=f"more-{page}-settings")
        if presenting()
        else nullcontext()
    )
    with (
        folded,
        st.container(horizontal=True, vertical_alignment="bottom", key=f"controls-{page}"),
    ):
        yield


def choice(label: str, setting: Choice[Key], width: int | Literal["stretch"]) -> Key:
    """A select box; what was chosen.

    Streamlit writes an option into the address as it is shown, so the options are the names.
    """
    shown = list(setting.names.values())
    index = list(setting.names).index(setting.usual)
    name = st.selectbox(
        label,
        shown,
        index,
        key=setting.name,
        bind="query-params",
        width=width,
        disabled=locked(),
    )
    return setting.named(name)


def whole_number(label: str, setting: Whole, width: int) -> int:
    """A field for a whole number."""
    return int(
        st.number_input(
            label,
            setting.low,
            setting.high,
            setting.usual,
            key=setting.name,
            bind="query-params",
            width=width,
            disabled=locked(),
        )
    )


def whole_slider(label: str, setting: Whole, width: int | Literal["stretch"]) -> int:
    """A slider over whole numbers."""
    return int(
        st.slider(
            label,
            setting.low,
            setting.high,
            setting.usual,
            setting.by,
            key=setting.name,
            bind="query-params",
            width=width,
            disabled=locked(),
        )
    )


def slider(label: str, setting: Number, width: int) -> float:
    """A slider over numbers."""
    return st.slider(
        label,
        setting.low,
        setting.high,
        setting.usual,
        setting.by,
        key=setting.name,
        bind="query-params",
        width=width,
        disabled=locked(),
    )


def switch(label: str, setting: Switch, width: Width = "content") -> bool:
    """A switch."""
    return st.toggle(
        label,
        setting.usual,
        key=setting.name,
        bind="query-params",
        width=width,
        disabled=locked(),
    )


def typed(label: str, setting: Typed, width: int, most: int | None = None) -> str:
    """A field for words. most: characters that the field takes."""
    return st.text_input(
        label,
        setting.usual,
        most,
        key=setting.name,
        bind="query-params",
        width=width,
        disabled=locked(),
    )

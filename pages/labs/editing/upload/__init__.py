"""A picture from a reader's own machine, made into a digit as MNIST has them.

What was understood is shown, and can be put right (turned, cut out, inverted), before anything is
drawn from it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from diffusion_core.errors import RequestError
from pages.labs.editing.upload.opening import MEGABYTES, MOST_BYTES, TYPES, Opened, opened
from pages.labs.editing.upload.understanding import (
    ALL,
    Uploaded,
    Wish,
    cut_out,
    picture_of_upload,
    understood,
)
from pages.shared.address import locked
from pages.shared.component import component
from pages.stage import HERE as STAGE

HERE = Path(__file__).parent
SHOWN = 560
"""Pixels on the longer side of what is shown of a photo."""

_frame = component(
    "frame", "labs/editing/upload/frame.js", [STAGE / "stage.css", HERE / "frame.css"]
)


def upload_field(name: str, put: Callable[[Uploaded], None]) -> None:
    """A button that opens a dialog to upload a picture in.

    `put` is given the digit, once its reader has seen it and says so. Of the file, nothing is kept
    but a small grey picture, and that no longer than the dialog is open.
    """
    key = f"upload-{name}"

    def close() -> None:
        for kept in ("open", "given", "wish", "said"):
            st.session_state.pop(f"{key}:{kept}", None)

    def show() -> None:
        st.session_state[f"{key}:open"] = True

    st.button(
        "Upload", icon=":material/upload:", key=f"{key}-button", on_click=show, disabled=locked()
    )
    if st.session_state.get(f"{key}:open"):

        @st.dialog("A picture of your digit", width="medium", on_dismiss=close)
        def dialog() -> None:
            _file_field(key)
            given = st.session_state.get(f"{key}:given")
            if given is None:
                return
            digit = _put_right(key, given)
            if st.button(
                "Use this digit", type="primary", disabled=digit is None, key=f"{key}-use"
            ):
                assert digit is not None
                put(digit)
                close()
                st.rerun()

        dialog()


def _file_field(key: str) -> None:
    """A field for a file, which is empty again as soon as it has been opened."""
    number = st.session_state.get(f"{key}:number", 0)
    field = f"{key}-{number}"

    def received() -> None:
        file = st.session_state.get(field)
        st.session_state.pop(f"{key}:said", None)
        if file is None:
            return
        try:
            given = opened(file.getvalue())
        except RequestError as error:
            st.session_state[f"{key}:said"] = str(error)
            return
        st.session_state[f"{key}:given"] = given
        st.session_state[f"{key}:wish"] = Wish()
        st.session_state[f"{key}:number"] = number + 1

    st.file_uploader(
        "A picture of one digit",
        type=list(TYPES),
        max_upload_size=MEGABYTES,
        key=field,
        on_change=received,
        disabled=locked(),
        help="A photo of ink on paper will do. It stays on this server only while this window is "
        "open.",
    )
    if said := st.session_state.get(f"{key}:said"):
        st.warning(said)


def _put_right(key: str, given: Opened) -> Uploaded | None:
    """The picture with a frame around what counts, and beside it what was understood."""
    wish: Wish = st.session_state[f"{key}:wish"]
    number = st.session_state[f"{key}:number"]
    digit, problem = None, ""
    try:
        digit = understood(given, wish)
    except RequestError as error:
        problem = str(error)
    framed, read = st.columns([3, 2], gap="medium")
    with framed:
        part = f"{key}-frame-{number}-{wish.turns}"

        def cut() -> None:
            box = _box_of(st.session_state[part].get("box"))
            if box:
                now = st.session_state[f"{key}:wish"]
                st.session_state[f"{key}:wish"] = Wish(now.turns, box, now.inverted)

        whole = cut_out(given, Wish(wish.turns))
        _frame(
            key=part,
            data={
                "photo": _data_url(whole, "JPEG"),
                "ink": "" if digit is None else _data_url(digit.ink, "PNG"),
                "box": list(wish.box),
                "label": "Your picture. What was taken as ink is coloured.",
                "locked": locked(),
            },
            on_box_change=cut,
        )
    with read:
        if digit is not None:
            big = digit.picture.repeat(8, axis=0).repeat(8, axis=1)
            st.image(big, width=224, caption="What was understood", alt="The digit, as understood")
        else:
            st.warning(problem)
        with st.container(horizontal=True, gap="small"):
            _button(key, "Turn left", ":material/rotate_left:", lambda wish: wish.turned(3))
            _button(key, "Turn right", ":material/rotate_right:", lambda wish: wish.turned(1))
            _button(
                key,
                "Invert",
                ":material/invert_colors:",
                lambda wish: Wish(wish.turns, wish.box, not wish.inverted),
            )
        if digit is not None and digit.note:
            st.caption(digit.note)
    return digit


def _button(key: str, label: str, icon: str, change: Callable[[Wish], Wish]) -> None:
    def pressed() -> None:
        st.session_state[f"{key}:wish"] = change(st.session_state[f"{key}:wish"])

    st.button(
        label,
        icon=icon,
        key=f"{key}-{label.lower().replace(' ', '-')}",
        on_click=pressed,
        disabled=locked(),
    )


def _box_of(said: object) -> tuple[float, float, float, float] | None:
    """What the browser says of the frame, if it can be one."""
    if not isinstance(said, list) or len(said) != 4:
        return None
    if not all(isinstance(side, int | float) and 0 <= side <= 1 for side in said):
        return None
    left, top, right, bottom = (float(side) for side in said)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _data_url(picture: NDArray[np.uint8], format: str) -> str:
    """A grey picture as an address that holds it. As PNG: its light as what is not transparent."""
    image = Image.fromarray(picture)
    image.thumbnail((SHOWN, SHOWN), Image.Resampling.BOX)
    if format == "PNG":
        ink = Image.new("LA", image.size)
        ink.putalpha(image)
        image = ink
    kept = io.BytesIO()
    image.save(kept, format)
    return f"data:image/{format.lower()};base64,{base64.b64encode(kept.getvalue()).decode()}"


__all__ = ["ALL", "MOST_BYTES", "Uploaded", "Wish", "picture_of_upload", "upload_field"]

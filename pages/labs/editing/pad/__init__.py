"""A pad to draw a digit on, or to hide parts of a picture, by mouse, finger or keys.

What a reader draws stays for the whole visit, whatever else they open, and over a reload: Python
keeps it in the session, the browser in sessionStorage. Each *base* (an empty pad, a ready sketch)
has a drawing of its own, so nothing is lost by trying another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from diffusion_core.errors import RequestError
from diffusion_core.request import IMAGE_SIZE
from pages.shared.address import locked
from pages.shared.component import component
from pages.shared.packed import PIXELS, mask_of, packed, unpacked
from pages.stage import HERE as STAGE

HERE = Path(__file__).parent
Picture = NDArray[np.uint8]

_pad = component("pad", "labs/editing/pad/pad.js", [STAGE / "stage.css", HERE / "pad.css"])


def _kept(name: str, base_id: str) -> str:
    return f"pad:{name}:{base_id}"


def put(name: str, base_id: str, content: bytes) -> None:
    """Put something else on a pad, which the reader can undo: an upload, say."""
    st.session_state[_kept(name, base_id)] = packed(content)
    st.session_state[f"pad:{name}:version"] = st.session_state.get(f"pad:{name}:version", 0) + 1


def kept_mask(name: str, base_id: str, base: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What `mask_pad` would show, without showing it."""
    word = st.session_state.get(_kept(name, base_id), "")
    return mask_of(unpacked(word, PIXELS // 8, "The mask")) if word else base


def _pad_of(
    name: str,
    mode: Literal["draw", "mask"],
    base_id: str,
    base: bytes,
    label: str,
    under: bytes | None,
) -> bytes:
    key = f"pad-{name}"

    def received() -> None:
        # Of the base that it was drawn on, which may not be the one that is chosen now.
        drawn_on, _, word = str(st.session_state[key].get("content", "")).partition(" ")
        try:
            unpacked(word, len(base), "The drawing")
        except RequestError:
            return  # Not from our pad: what is kept stays.
        st.session_state[_kept(name, drawn_on)] = word

    word = st.session_state.get(_kept(name, base_id), "")
    _pad(
        key=key,
        data={
            "name": name,
            "mode": mode,
            "base_id": base_id,
            "base": packed(base),
            "kept": word,
            "version": st.session_state.get(f"pad:{name}:version", 0),
            "under": packed(under) if under else "",
            "label": label,
            "locked": locked(),
        },
        on_content_change=received,
    )
    return unpacked(word, len(base), "The drawing") if word else base


def drawing_pad(name: str, base_id: str, base: Picture, label: str) -> Picture:
    """A pad to draw on, which begins with `base`, uint8 (28, 28); what is on it now.

    name: unique among all pads of the app. base_id: a short name of the base, without spaces.
    """
    content = _pad_of(name, "draw", base_id, base.tobytes(), label, None)
    return np.frombuffer(content, np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)


def mask_pad(
    name: str, base_id: str, base: NDArray[np.bool_], picture: Picture, label: str
) -> NDArray[np.bool_]:
    """A pad to hide parts of `picture` with; what is hidden now, (28, 28). See `drawing_pad`."""
    bits = np.packbits(base).tobytes()
    return mask_of(_pad_of(name, "mask", base_id, bits, label, picture.tobytes()))


__all__ = ["drawing_pad", "kept_mask", "mask_pad", "put"]

"""What a page is going to need, told to the browser at once.

Streamlit fetches what shows a widget when it meets the first one: scripts, what they import, and
then our modules, each at the end of a round trip and half a second or more on mobile data. Listed
in the page that comes first, all of it travels while Streamlit itself is being read. Whatever is
missing here is fetched as ever, a little later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from streamlit import file_util

from pages.frame.fonts.faces import preloads
from pages.http.modules import VERSION, needed_by

IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'`]\./([\w.~-]+\.js)["'`]""")

STAGE = ("stage/clock.js", "stage/followers/row.js")
QUESTION = ("quiz/record/record.js", "quiz/record/keys.js")
FRAME = (
    "frame/chrome/glossary.js",
    "frame/chrome/done.js",
    "frame/chrome/shortcuts.js",
    "frame/share/share.js",
)
"""On every page, but below what is seen first."""

WIDGETS = {
    "": ("Selectbox",),
    "forward": ("Selectbox", "NumberInput"),
    "reverse": ("Checkbox", "Selectbox", "NumberInput", "Slider"),
    "training": ("ButtonGroup", "Selectbox", "NumberInput", "Checkbox"),
    "applications": ("ButtonGroup", "Selectbox", "NumberInput", "Slider"),
    "practice": ("Radio",),
    "confusions": ("Selectbox", "Slider"),
    "frontier": ("Selectbox",),
    "teachers": ("Selectbox", "NumberInput", "DownloadButton"),
}
"""By page: Streamlit's names of the widgets in its first screen."""

MODULES = {
    "": STAGE,
    "start": ("guided/guided.js",),
    "overview": (*STAGE, "stage/followers/equation.js"),
    "analogy": (*STAGE, "stage/followers/window.js", "stage/followers/picture.js"),
    "forward": (*STAGE, "stage/followers/equation.js", "stage/followers/sentence.js"),
    "reverse": (
        "stage/buttons.js",
        "stage/followers/denoise.js",
        *STAGE,
        "stage/followers/sentence.js",
        "stage/followers/film.js",
    ),
    "training": ("labs/points/points.js",),
    "applications": (*STAGE, "stage/buttons.js", "stage/followers/answers.js"),
    "practice": QUESTION,
    "recall": QUESTION,
    "confusions": STAGE,
}
"""By page: our own modules in its first screen, without what they import."""


def links(page: str) -> str:
    """For the head of a page: links to scripts that its index page does not name itself."""
    page = "" if page == "home" else page
    static = [f"static/js/{name}" for name in _streamlit_needs(page)]
    modules: dict[str, None] = {}
    for module in (*MODULES.get(page, ()), *FRAME):
        modules.update(dict.fromkeys(needed_by(module)))
    ours = [f"js/{VERSION}/{name}" for name in modules]
    return preloads() + "".join(
        f'<link rel="modulepreload" crossorigin href="./{address}" fetchpriority="low">\n'
        for address in (*static, *ours)
    )


def _streamlit_needs(page: str) -> list[str]:
    """Files of Streamlit for the components and widgets of a page, with all that they import."""
    return _with_imports(("BidiComponent", *WIDGETS.get(page, ())))


def _with_imports(names: Iterable[str]) -> list[str]:
    folder = Path(file_util.get_static_dir()) / "static" / "js"
    index = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
    found = [path.name for name in names for path in sorted(folder.glob(f"{name}.*.js"))[:1]]
    for name in found:
        found += [other for other in _imports(folder / name) if other not in found]
    return [name for name in found if name not in index]


@cache
def _imports(path: Path) -> tuple[str, ...]:
    # What is imported at once stands before everything else.
    return tuple(dict.fromkeys(IMPORT.findall(path.read_text("utf-8"))))


__all__ = ["MODULES", "WIDGETS", "links"]

"""Makes fonts that are light to send out of those that Streamlit brings.

`make` runs this at set-up. Streamlit's fonts hold every script, weight and icon there is, 1.1 MB
for a first visitor. Ours hold the letters that the lesson is written in, the weights that it uses
and the icons that can occur, 130 kB. A browser still takes any other character from Streamlit's
(faces.py). Where they cannot be made, Streamlit's are used for everything.

Both kinds are compressed by Brotli, for which Python has no module here but node has.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit
from streamlit import file_util

HERE = Path(__file__).parent
FILES = HERE / "files"
VERSION = FILES / "version"
"""Written last: what they were made of."""
ROOT = HERE.parents[2]
MEDIA = Path(file_util.get_static_dir()) / "static" / "media"
ICON = re.compile(r":material/([a-z0-9_]+)")

LETTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *range(0x391, 0x3CA),
    *range(0x2010, 0x2027),
    *(0x302, 0x304, 0x1FB1, 0x2032, 0x2039, 0x203A, 0x20AC, 0x2044, *range(0x2070, 0x209D)),
    *(0x2190, 0x2191, 0x2192, 0x2193, 0x2194, 0x2212, 0x221A, 0x221E, 0x2248, 0x2260, 0x2264),
    *(0x2265, 0x2713, 0x2717),
)
"""Those of western Europe, Greek for formulas, and signs. What a font lacks is left out."""


@dataclass(frozen=True)
class Font:
    """One of them: the beginning of Streamlit's file, and what is kept of its axes."""

    source: str
    family: str
    """As style sheets call it."""
    style: str
    weights: str
    """As Streamlit says in its rule, which ours has to match."""
    axes: dict[str, tuple[float, float] | float]
    letters: Iterable[int] = LETTERS


TEXT, ICONS = "100 900", "400"
FONTS = {
    "sans": Font("SourceSansVF-Upright", "Source Sans", "normal", TEXT, {"wght": (400, 700)}),
    "sans-italic": Font("SourceSansVF-Italic", "Source Sans", "italic", TEXT, {"wght": (400, 700)}),
    # Headings and the few large words; optical sizes between those of the two largest headings.
    "serif": Font(
        "SourceSerifVariable-Roman",
        "Source Serif",
        "normal",
        TEXT,
        {"wght": (400, 700), "opsz": 30},
    ),
    # The letters of the app's name alone: so light that they stand in the page itself (early).
    "name": Font(
        "SourceSerifVariable-Roman",
        "Fog Name",
        "normal",
        "600",
        {"wght": 600, "opsz": 30},
        tuple(sorted(map(ord, set("Through the Fog")))),
    ),
    "icons": Font("MaterialSymbols-Rounded", "Material Symbols Rounded", "normal", ICONS, {}),
}


def icons() -> tuple[str, ...]:
    """The names of all icons that Streamlit's own widgets, our pages and our words can show."""
    scripts = (Path(file_util.get_static_dir()) / "static" / "js").glob("*.js")
    ours = [
        path
        for folder, kinds in {"pages": "*.py", "assets": "*.md", "quizzes": "*.yaml"}.items()
        for path in (ROOT / folder).rglob(kinds)
    ]
    found = {name for path in (*scripts, *ours) for name in ICON.findall(path.read_text("utf-8"))}
    return tuple(sorted(found))


def version() -> str:
    """What they are made of, but for the icons."""
    return f"{streamlit.__version__} {hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def complete() -> bool:
    """Whether all are there, and made of what is here now."""
    return (
        all((FILES / f"{name}.woff2").is_file() for name in FONTS)
        and VERSION.is_file()
        and VERSION.read_text("utf-8").partition("\n")[0] == version()
    )


def kept_icons() -> tuple[str, ...]:
    """Those that the font was made for."""
    return tuple(VERSION.read_text("utf-8").partition("\n")[2].split())


def make() -> None:
    """Make them all. Raises whatever goes wrong."""
    sys.modules["brotli"] = _brotli()  # fontTools asks for it by this name
    FILES.mkdir(exist_ok=True)
    for name, font in FONTS.items():
        [source] = MEDIA.glob(f"{font.source}.*")
        _write(source, font, FILES / f"{name}.woff2", icons() if name == "icons" else ())
    VERSION.write_text(f"{version()}\n{' '.join(icons())}\n", "utf-8")


def _write(source: Path, font: Font, to: Path, names: Iterable[str]) -> None:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 6, 13, 14])
    options.layout_features = [*options.layout_features, "tnum"]
    subsetter = Subsetter(options)
    opened: Any = TTFont(source)
    if names:
        # An icon is written as its name, which a ligature turns into the picture. Any letters could
        # be the name of some icon, so that it has to be said which pictures stay.
        options.layout_closure = False
        known = set(opened.getGlyphOrder())
        subsetter.populate(
            text="abcdefghijklmnopqrstuvwxyz0123456789_", glyphs=[n for n in names if n in known]
        )
    else:
        subsetter.populate(unicodes=font.letters)
    subsetter.subset(opened)
    if font.axes:
        instantiateVariableFont(opened, font.axes, inplace=True)
    # The licence keeps the name for what is whole.
    for record in opened["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = f"Fog-{to.stem}"
    opened.flavor = "woff2"
    opened.save(to)


def _brotli() -> types.ModuleType:
    """What fontTools needs of the module that we do not have, done by node."""
    read = "const z = require('zlib'), b = require('fs').readFileSync(0); process.stdout.write("
    parameters = "{params: {[z.constants.BROTLI_PARAM_MODE]: z.constants.BROTLI_MODE_FONT}}"
    module = types.ModuleType("brotli")

    def node(act: str, content: bytes) -> bytes:
        command = [str(Path(sys.executable).parent / "node"), "-e", f"{read}{act})"]
        done = subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True)
        return done.stdout

    def compress(content: bytes, **how: Any) -> bytes:
        return node(f"z.brotliCompressSync(b, {parameters})", content)

    def decompress(content: bytes) -> bytes:
        return node("z.brotliDecompressSync(b)", content)

    vars(module).update(compress=compress, decompress=decompress, MODE_FONT=2)
    return module


def main() -> None:
    """Never fails: without them pages are only heavier."""
    if complete() and kept_icons() == icons():
        VERSION.touch()  # nothing to do until what it is made of is newer
        return
    try:
        make()
    except Exception as error:
        print(f"The light fonts could not be made ({error}), so Streamlit's are sent whole.")


if __name__ == "__main__":
    main()

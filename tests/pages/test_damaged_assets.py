"""Every file that ships, damaged in every way, one at a time: whoever needs it is told in one
sentence, nobody sees a traceback or a folder of the server's, and all other pages are as ever.

The weights are the worker's concern: tests/core/test_damaged_weights.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from quizzes.addresses import LABS
from quizzes.bank import load_bank
from tests.pages.damaged import ROOT, CopiedApp, put_back

View = tuple[str, dict[str, str]]


def lab(page: str, name: str) -> View:
    """A lab of a page, by its name in the code."""
    return page, {LABS[page].name: LABS[page].names[name]}


PDF: View = ("api/export.pdf?page=forward", {})
DIAGRAM: View = ("api/diagram.svg", {})
HOME, WHY, FORWARD, ANALOGY = ("home", {}), ("why", {}), ("forward", {}), ("analogy", {})
REVERSE: View = ("reverse", {})
OVERVIEW, FRONTIER, RECALL = ("overview", {}), ("frontier", {}), ("recall", {})
TEACHERS: View = ("teachers", {})
PRACTICE, PREDICT = ("practice", {"set": "practice"}), ("practice", {"set": "predict"})
HISTORY, PLANE = lab("training", "history"), lab("training", "points")
OWN, SOUND = lab("training", "own"), lab("applications", "sound")
QUIET: tuple[View, ...] = (WHY, FRONTIER, SOUND, OWN, HISTORY)
"""Pages that need little, and so have nothing to say of most files."""

NEED: dict[str, tuple[View, ...]] = {
    "assets/digits.npz": (FORWARD, ANALOGY, DIAGRAM),
    "assets/frontier.npz": (FRONTIER,),
    "assets/predictions.json": (PREDICT,),
    "assets/model/digits.json": (PLANE,),
    "assets/scenes/forward.npz": (OVERVIEW,),
    "assets/scenes/reverse.npz": (ANALOGY, FORWARD, REVERSE),  # for their diagram
    "assets/scenes/history.npz": (HISTORY,),
    "assets/scenes/history.json": (HISTORY,),
    "assets/lesson/glossary.md": (WHY,),
    "assets/lesson/handout.md": (PDF,),
    "assets/lesson/deep-dive.md": (("deep_dive", {}),),
    "assets/lesson/applications.md": (SOUND,),
    "assets/lesson/training.md": (PLANE,),
    **{
        f"assets/lesson/lab-{name}.md": (lab(page, name),)
        for page in LABS
        for name in LABS[page].names
    },
    "quizzes/predict.yaml": (PREDICT,),
}
"""Where a file is needed: there one sentence names it."""
UNSAID: dict[str, tuple[View, ...]] = {
    "assets/icon.png": (HOME, FORWARD),
    "assets/scenes/home.npz": (HOME, OVERVIEW),  # the model draws it
    "assets/scenes/reverse.npz": (OVERVIEW,),  # there it does, too
    "assets/scenes/forward.npz": (FORWARD,),
    "assets/lesson/home.md": (FORWARD,),
    "quizzes/bank/changed.json": (TEACHERS,),
}
"""Where a file is used, and something else takes its place without a word."""


def files() -> list[str]:
    """All that ship beside the code."""
    found = [
        path
        for folder in ("assets", "quizzes/bank")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
    ]
    return [path.relative_to(ROOT).as_posix() for path in [*found, ROOT / "quizzes/predict.yaml"]]


def needed_by(file: str) -> tuple[View, ...]:
    """The views that must name it."""
    path = Path(file)
    if file in NEED:
        return NEED[file]
    if file.startswith("assets/lesson/"):
        return ((path.stem, {}),)
    if file.startswith("quizzes/bank/") and path.suffix == ".yaml":
        return PRACTICE, RECALL, TEACHERS, *beside(path.stem)
    return ()


def beside(concept: str) -> Iterator[View]:
    """The pages beside which the questions on a concept stand."""
    for question in load_bank().of(concept):
        page, _, name = (question.beside or "").partition("-")
        if page in LABS:
            yield lab(page, name)
        elif question.beside:
            yield question.beside.replace("-", "_"), {}


def valid_still(file: str, damage: str) -> bool:
    """Whether it may be sound, only shorter: half of a lesson, a glossary of other terms."""
    shorter = file.startswith("assets/lesson/") and damage == "truncated"
    return shorter or (file.endswith("glossary.md") and damage == "another")


def another(path: Path) -> bytes:
    """A sound file of that kind, which is about something else."""
    match path.suffix:
        case ".npz":
            held = io.BytesIO()
            np.savez_compressed(held, other=np.zeros(3))
            return held.getvalue()
        case ".json":
            return b"[1, 2]\n"
        case ".md":
            return b"## other\n\nWords.\n"
        case ".yaml":
            return b"- one\n- two\n"
        case _:
            return b"\xff\xd8\xff\xe0"


def smaller(path: Path) -> bytes:
    """The same arrays, half as long: of an .npz file only."""
    held = io.BytesIO()
    with np.load(path) as file:
        halves = {n: a[: len(a) // 2] if a.ndim else a for n, a in file.items()}
    np.savez_compressed(held, **halves)
    return held.getvalue()


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(np.random.default_rng(1).bytes(3000)),
    "another": lambda path: path.write_bytes(another(path)),
    "folder": folder_in_its_place,
    "loop": link_to_itself,
    "smaller": lambda path: path.write_bytes(smaller(path)),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CopiedApp]:
    """The app, in a folder of its own."""
    copied = CopiedApp(tmp_path_factory.mktemp("damaged"))
    try:
        yield copied
    finally:
        copied.close()


def damages(file: str) -> list[str]:
    """Those that make sense; of what no page reads, one is enough."""
    if not needed_by(file) and file not in UNSAID:
        return ["missing"]
    return [name for name in DAMAGES if name != "smaller" or file.endswith(".npz")]


@pytest.mark.parametrize("file", files())
def test_a_damaged_file_is_named_where_it_is_needed(app: CopiedApp, file: str) -> None:
    needed, unsaid, path = needed_by(file), UNSAID.get(file, ()), app.folder / file
    number = files().index(file)
    others = tuple(view for view in QUIET if view not in needed)
    if file == "assets/lesson/glossary.md":  # It belongs to all pages.
        others = ()
    for damage in damages(file):
        thorough = damage == "missing"
        quiet = (*unsaid, *others[:3]) if thorough else (*unsaid, *others[number % 3 :])[:1]
        views = (needed if thorough else needed[:1]) + quiet
        with put_back(path, ROOT / file):
            DAMAGES[damage](path)
            seen = app.open(*views)
        for view, got in zip(views, seen, strict=True):
            context = f"{file}, {damage}, {view}: {got.said}"
            assert got.exceptions == [], context
            assert str(app.folder) not in got.everything, context
            assert str(app.folder) not in " ".join(got.said), context
            if view in quiet or (not got.said and valid_still(file, damage)):
                assert got.said == [], context
                continue
            (sentence,) = got.said
            assert path.name in sentence and sentence.rstrip().endswith("."), context
            assert "\n" not in sentence and "Traceback" not in sentence, context


def test_whoever_runs_the_app_reads_where_the_file_is(app: CopiedApp) -> None:
    path = app.folder / "assets/frontier.npz"
    with put_back(path, ROOT / "assets/frontier.npz"):
        path.unlink()
        app.open(FRONTIER)
        assert (
            f"assets/frontier.npz is missing: restore it from the repository. [{path}]" in app.log
        )
    assert app.open(FRONTIER)[0].said == []  # It is put back, and works.

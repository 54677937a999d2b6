"""The arrows between the rooms point one way, and what must not be in the project is not."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "diffusion_core": {"streamlit", "quizzes", "pages", "app", "benchmarks", "tests"},
    "quizzes": {"streamlit", "diffusion_core", "pages", "app", "benchmarks", "tests", "torch"},
    "pages": {"app", "benchmarks", "tests"},
}
BOOK = ROOT / "diffusion_core"
WINGS = {path.name for path in BOOK.iterdir() if path.is_dir()}
WIRE = BOOK / "service" / "wire.py"
PICKLES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
MAX_BYTES = 6 * 1024**2


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def everything() -> list[Path]:
    return [
        *sources("diffusion_core", "quizzes", "pages", "benchmarks", "tests"),
        *ROOT.glob("*.py"),
    ]


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in the file, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def unpickling(tree: ast.AST) -> Iterator[str]:
    """Every way in which the file could read or write a pickle."""
    for module in imported(tree):
        if module.split(".")[0] in PICKLES:
            yield f"import {module}"
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="torch"), attr="load" | "save" as name):
                yield f"torch.{name}"
            case ast.ImportFrom(module="torch", names=names):
                yield from (f"torch.{n.name}" for n in names if n.name in {"load", "save"})
            case ast.keyword(arg="allow_pickle", value=value):
                if not (isinstance(value, ast.Constant) and value.value is False):
                    yield "allow_pickle"


@pytest.mark.parametrize("room", FORBIDDEN)
def test_arrows_point_one_way(room: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(room)
        for module in imported(ast.parse(path.read_text("utf-8")))
        if module.split(".")[0] in FORBIDDEN[room]
    }
    assert not wrong


def test_the_book_knows_nothing_of_its_wings() -> None:
    """The files that stand flat in the core are read one after the other (docs/book.md), and need
    nothing of what is built on them."""
    wrong = {
        f"{path.name} imports {module}"
        for path in BOOK.glob("*.py")
        for module in imported(ast.parse(path.read_text("utf-8")))
        if module.startswith("diffusion_core.") and module.split(".")[1] in WINGS
    }
    assert {"data", "files", "labs", "measure", "service"} <= WINGS
    assert not wrong


def test_the_book_is_short() -> None:
    pages = [*BOOK.glob("*.py")]
    assert len(pages) <= 20
    assert sum(len(path.read_text("utf-8").splitlines()) for path in pages) < 2200


def test_the_core_is_where_this_test_looks() -> None:
    assert ROOT / "diffusion_core" / "samplers.py" in sources("diffusion_core")


def test_no_test_runs_a_loop_in_its_own_thread() -> None:
    """A browser that an earlier test has opened runs one there: whether it has depends on which
    process had which tests. tests/pages/asgi.py and tests/server/app.py have a way."""
    wrong = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("tests")
        if path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.run"
    }
    assert not wrong


def test_no_pickle_anywhere() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {what}"
        for path in everything()
        for what in unpickling(ast.parse(path.read_text("utf-8")))
    }
    assert not found


def test_processes_speak_through_the_wire_alone() -> None:
    """What multiprocessing sends is a pickle, but for bytes; and bytes are all that the wire has
    it send."""
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in everything()
        for module in imported(ast.parse(path.read_text("utf-8")))
        if module.startswith("multiprocessing") and path != WIRE
    }
    assert not wrong
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(WIRE.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if ast.unparse(node.func.value) == "self._connection"
    }
    assert calls == {"send_bytes", "recv_bytes", "poll", "close"}


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "def f():\n    from dill import loads",
        "torch.load(path)",
        "from torch import save",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_the_search_for_pickle_finds_it(code: str) -> None:
    assert list(unpickling(ast.parse(code)))


def test_no_large_files() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what belongs to the project is not known")
    files = [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    assert files
    assert not {path.name: path.stat().st_size for path in files if path.stat().st_size > MAX_BYTES}

"""Folders that are none, or may not be read: the app starts, says so, and shows its own digits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from diffusion_core.errors import CannotWriteError
from diffusion_core.labs.own.learning import make_room
from pages.shared import own_models
from pages.shared.digits import Download, source
from pages.shared.faults import NOT_NOW
from tests.pages.conftest import ROOT, Open

NOBODY = 65534


def file_in_its_place(path: Path) -> None:
    path.write_text("a file")


def loop(path: Path) -> None:
    path.symlink_to(path)


def broken_link(path: Path) -> None:
    path.symlink_to(path.with_name("gone"))


def below_a_file(path: Path) -> None:
    path.mkdir()
    for name in ("train", "t10k"):
        (path / f"{name}-images-idx3-ubyte.gz").symlink_to(path)


PLACES: list[Callable[[Path], object]] = [file_in_its_place, loop, broken_link, below_a_file]


def begin_download() -> Download:
    """What the server does when it starts, to its end."""
    download = Download()
    download.start()
    if download._thread:
        download._thread.join()
    return download


@pytest.mark.parametrize("place", PLACES)
def test_a_mnist_dir_that_is_none(
    open_page: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Callable[[Path], object],
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "chosen"))
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "cache"))
    place(tmp_path / "chosen")
    begin_download()
    app = open_page("forward")
    assert not app.exception
    captions = " ".join(caption.value for caption in app.caption)
    assert "drawn by our model" in captions and "MNIST_DIR" in captions
    assert str(tmp_path) not in captions


@pytest.mark.parametrize("place", PLACES[:3])
def test_a_cache_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[Path], object]
) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("diffusion_core.data.mnist.MIRRORS", ())
    place(tmp_path / "cache")
    said = begin_download().problem
    assert said is not None and said.endswith(".") and str(tmp_path) not in said
    assert not source().mnist and len(source().digits) == 120


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a program as somebody else")
@pytest.mark.parametrize("variable", ["MNIST_DIR", "FOG_CACHE_DIR"])
def test_a_folder_that_somebody_may_not_enter(tmp_path: Path, variable: str) -> None:
    script = (
        "import os\n"
        "from pages.shared.digits import Download, embedded_digits, source\n"
        "import diffusion_core.data.mnist as data\n"
        "data.MIRRORS = (); embedded_digits()\n"
        f"os.setuid({NOBODY})\n"
        "download = Download(); download.start()\n"
        "download._thread and download._thread.join()\n"
        "found = source()\n"
        "print(found.mnist, len(found.digits), found.problem, download.problem)"
    )
    closed = tmp_path / "closed"
    (closed / "mnist").mkdir(parents=True)
    closed.chmod(0)
    environment = {**os.environ, "FOG_CACHE_DIR": str(tmp_path / "cache"), variable: str(closed)}
    if variable != "MNIST_DIR":
        environment.pop("MNIST_DIR", None)
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("False 120"), done.stdout + done.stderr
    assert str(tmp_path) not in done.stdout
    assert "MNIST_DIR" in done.stdout if variable == "MNIST_DIR" else "Cannot write" in done.stdout


def test_without_a_temporary_folder_the_app_starts_and_says_so_to_who_trains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**options: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(own_models, "_folder", None)
    monkeypatch.setattr("diffusion_core.files.scratch.tempfile.mkdtemp", refuse)
    own_models.open_shelf()
    assert not own_models.shelf().has("0" * 8)
    with pytest.raises(CannotWriteError, match="There is no room on this server's disk") as caught:
        make_room(str(own_models.shelf().folder))
    assert "no-models" not in str(caught.value)


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files: '/srv/secret'"), MemoryError()]
)
def test_a_page_for_which_nothing_is_free_says_so(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def none_free() -> None:
        raise error

    monkeypatch.setattr("pages.labs.points.lab.lab", none_free)
    app = open_page("training")
    assert not app.exception
    assert [shown.value for shown in app.error] == [NOT_NOW]

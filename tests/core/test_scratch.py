"""What a killed process has left is told from what is in use, and from what is not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffusion_core.files.scratch import DAY, LOCK, Scratch, remove_left_behind
from diffusion_core.files.whole import remove_half_written, replacing

PREFIX = "fog-test-"
ROOT = Path(__file__).resolve().parents[2]
HOLDS_A_FOLDER = f"""
from diffusion_core.files.scratch import Scratch
print(Scratch({PREFIX!r}).path, flush=True)
input()
"""
WRITES_HALF = """
import sys
from diffusion_core.files.whole import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_bytes(b"half")
    print(temporary, flush=True)
    input()
"""


class Other:
    """A process that has said what it made, and waits."""

    def __init__(self, script: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.made = Path(self.process.stdout.readline().strip())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of this test's own, for its processes, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_a_folder_goes_with_all_that_is_in_it() -> None:
    scratch = Scratch(PREFIX)
    (scratch.path / "model").write_bytes(b"weights")
    scratch.remove()
    scratch.remove()
    assert not scratch.path.exists()


def test_a_folder_stays_while_its_owner_lives_and_no_longer() -> None:
    mine, other = Scratch(PREFIX), Other(HOLDS_A_FOLDER)
    remove_left_behind(PREFIX)
    assert mine.path.exists() and other.made.exists()
    other.kill()
    assert other.made.exists()
    remove_left_behind(PREFIX)
    assert mine.path.exists() and not other.made.exists()
    mine.remove()


def test_what_cannot_be_told_yet_is_left_alone(temporary: Path) -> None:
    new, old, file = (temporary / f"{PREFIX}{name}" for name in ("new", "old", "file"))
    elsewhere = temporary / "elsewhere"
    for folder in (new, old, elsewhere):
        folder.mkdir()
    (elsewhere / LOCK).touch()
    (temporary / f"{PREFIX}link").symlink_to(elsewhere)
    file.touch()
    long_ago = file.stat().st_mtime - 2 * DAY
    os.utime(old, (long_ago, long_ago))
    remove_left_behind(PREFIX)
    # A folder without a lock may be a moment old; one of yesterday is nobody's.
    assert new.exists() and file.exists() and (elsewhere / LOCK).exists() and not old.exists()


def test_a_half_written_file_goes_when_its_place_is_written_to(tmp_path: Path) -> None:
    place = tmp_path / "digits.gz"
    other = Other(WRITES_HALF, str(place))
    with replacing(place) as temporary:
        temporary.write_bytes(b"whole")
    assert place.read_bytes() == b"whole" and other.made.read_bytes() == b"half"
    other.kill()
    assert other.made.exists()
    with replacing(place) as temporary:
        temporary.write_bytes(b"again")
    assert sorted(tmp_path.iterdir()) == [place]


def test_only_half_written_files_go(tmp_path: Path) -> None:
    kept = [tmp_path / name for name in (".a.gz.Notes-12", ".a.gz", ".a.gz.b", ".b.gz.abcdefgh")]
    for path in (*kept, tmp_path / ".a.gz.abcdefgh"):
        path.touch()
    remove_half_written(tmp_path / "a.gz")
    assert sorted(tmp_path.iterdir()) == sorted(kept)

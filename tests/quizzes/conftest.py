"""What the tests of the questions share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quizzes.made import write_bank


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bank on disk in which nothing is wrong, to be spoiled."""
    return write_bank(tmp_path)

"""The browser's modules, tested by node's own runner: each *.test.js of this folder.

They are given numbers that Python computed (facts.py), so that the two sides of the house are held
against each other, and neither against itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.js.facts import write_facts

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent / "node"
TESTS = sorted(HERE.glob("*.test.js"))


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facts")
    write_facts(folder)
    return folder


@pytest.mark.parametrize("script", TESTS, ids=[path.name for path in TESTS])
def test_module(script: Path, facts: Path) -> None:
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=spec", script],
        env={**os.environ, "FACTS": str(facts)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ℹ pass 0" not in done.stdout, "There is no test in it."


def test_there_are_some() -> None:
    assert len(TESTS) >= 7

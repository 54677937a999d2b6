"""The measuring of the applications' methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.editing import EditingPlan, _apart, measure_editing, through
from benchmarks.report import report
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CannotMeasureError
from diffusion_core.pixels import to_model
from diffusion_core.request import Request
from diffusion_core.run import final_picture, reverse, sample
from diffusion_core.unet import UNet


def test_without_mnist_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path))
    with pytest.raises(CannotMeasureError, match="MNIST is not on this machine"):
        measure_editing(EditingPlan(), lambda what: None)


def test_runs_that_share_passes_end_as_they_do_alone(tiny_network: UNet) -> None:
    network = NetworkDenoiser(tiny_network)
    requests = [Request((k, 3), "ddim", steps=2 + k, seed=k) for k in range(3)]
    ended = through(network, [reverse(request) for request in requests])
    alone = torch.cat([final_picture(sample(network, request)) for request in requests])
    assert torch.allclose(ended, alone, atol=1e-4)


def test_how_far_a_result_is_from_what_was_seen() -> None:
    low = np.full((1, 7, 7), 100, np.uint8)
    even = np.full((1, 28, 28), 100, np.uint8)
    even[0, 0, 0] += 16  # a sixteenth of its block
    assert "0.39% apart" in _apart(to_model(even), low)


def test_its_lines_are_printed() -> None:
    machine = {"name": "m", "cores": 2, "load": 0.0, "threads": 2, "device": "cpu", "torch": "2"}
    results = {"machine": machine, "date": "d", "goals": [], "editing": {"skipped": "No MNIST."}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.report._machine", lambda *_: [])
        assert report(results)[-2:] == ["EDITING", "  No MNIST."]
        results["editing"] = {"lines": ["EDITING  3 digits", "  a line"]}
        assert report(results)[-2:] == ["EDITING  3 digits", "  a line"]

"""What every test gets: one torch thread, no deadline, and a reason when MNIST is not there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import settings

from diffusion_core.data import mnist_available

# The tensors are tiny: threads would only wait for each other.
torch.set_num_threads(1)

# A slow machine is no bug, and a failure should be the same one for everybody.
settings.register_profile("fog", deadline=None, derandomize=True)
settings.load_profile("fog")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("mnist") and not mnist_available():
        pytest.skip("MNIST is not here: set MNIST_DIR to a folder that has its four files")

"""What every test gets: one torch thread, no deadline, and a reason when MNIST is not there."""

from __future__ import annotations

from zlib import crc32

import pytest
import torch
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from diffusion_core.data.mnist import mnist_available

# The tensors are tiny: threads would only wait for each other.
torch.set_num_threads(1)

# A slow machine is no bug, and a failure should be the same one for everybody.
settings.register_profile("fog", deadline=None, derandomize=True)
settings.load_profile("fog")


BROWSERS = 6
"""At most so many processes open a browser, each on a server of its own: both take memory."""


class ByFile(LoadFileScheduling):
    """Shares the tests out by file, but for those in the browser, which take longest: they come
    first, by lot in BROWSERS parts. A process goes on with the next part when it has done one."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/"):
            return f"browser {crc32(nodeid.encode()) % BROWSERS}"
        return super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False  # as they are collected, not the longest files first
    return ByFile(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("mnist") and not mnist_available():
        pytest.skip("MNIST is not here: set MNIST_DIR to a folder that has its four files")

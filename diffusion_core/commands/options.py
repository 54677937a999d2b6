"""What several commands share: options, and the name of the machine."""

from __future__ import annotations

import argparse
import platform

import torch


def add_device(parser: argparse.ArgumentParser) -> None:
    """--device, by default the GPU if there is one."""
    parser.add_argument(
        "--device",
        type=_device,
        default="cuda" if torch.cuda.is_available() else "cpu",
        help="cpu, cuda or mps",
    )


def machine_of(device: str) -> str:
    """What a model card says of the machine."""
    cuda = device == "cuda"
    name = torch.cuda.get_device_name() if cuda else f"{torch.get_num_threads()} CPU threads"
    return f"{name}, {platform.machine()}, torch {torch.__version__}"


def _device(name: str) -> str:
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        # Torch built without CUDA says so with an AssertionError.
        raise argparse.ArgumentTypeError(f"there is no device {name!r} on this machine") from error
    return name

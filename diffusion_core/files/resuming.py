"""Trainings and distillations as files from which they go on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from diffusion_core.distillation import (
    DistillationConfig,
    DistillationState,
    Paths,
    new_distillation,
)
from diffusion_core.files.tensors import (
    optimizer_tensors,
    read_state,
    restore_optimizer,
    under,
    write_tensors,
)
from diffusion_core.training import TrainingState, new_state
from diffusion_core.training_config import TrainingConfig
from diffusion_core.unet import UNet, UNetConfig


def save_state(path: str | Path, state: TrainingState[UNet]) -> None:
    """Write everything a resumed run needs, whole or not at all. CannotWriteError if it cannot."""
    tensors = {f"network/{k}": v for k, v in state.network.state_dict().items()}
    tensors |= {f"average/{k}": v for k, v in state.average.state_dict().items()}
    for name, optimizer in (("muon", state.optimizer.muon), ("adam", state.optimizer.adam)):
        of_it = optimizer_tensors(optimizer)
        tensors |= {f"optimizer/{name}/{k}": v for k, v in of_it.items()}
    metadata = {
        "config": json.dumps(asdict(state.config)),
        "shape": json.dumps(asdict(state.network.config)),
        "step": str(state.step),
        "seconds": str(state.seconds),
    }
    write_tensors(path, tensors, metadata)


def load_state(path: str | Path, device: str = "cpu") -> TrainingState[UNet]:
    """The state that save_state wrote. CheckpointError if it is missing, damaged or another's."""
    with read_state(path, device) as (tensors, metadata):
        config = TrainingConfig(**json.loads(metadata["config"]))
        state = new_state(config, UNetConfig.parsed(metadata["shape"]), device)
        state.network.load_state_dict(under("network/", tensors))
        state.average.load_state_dict(under("average/", tensors))
        restore_optimizer(state.optimizer.muon, under("optimizer/muon/", tensors))
        restore_optimizer(state.optimizer.adam, under("optimizer/adam/", tensors))
        state.step, state.seconds = int(metadata["step"]), float(metadata["seconds"])
    return state


def save_paths(path: str | Path, paths: Paths) -> None:
    """Write the teacher's paths, whole or not at all."""
    write_tensors(path, vars(paths))


def load_paths(path: str | Path, device: str = "cpu") -> Paths:
    """What save_paths wrote. CheckpointError if it is damaged."""
    with read_state(path, device) as (tensors, _):
        return Paths(**tensors)


def save_distillation(path: str | Path, state: DistillationState) -> None:
    """Write everything that a resumed run needs, whole or not at all."""
    tensors = {
        f"{name}/{key}": tensor
        for name in ("student", "average", "critic")
        for key, tensor in getattr(state, name).state_dict().items()
    }
    for name in ("optimizer", "critic_optimizer"):
        tensors |= {f"{name}/{k}": v for k, v in optimizer_tensors(getattr(state, name)).items()}
    metadata = {
        "config": json.dumps(asdict(state.config)),
        "shape": json.dumps(asdict(state.student.config)),
        "step": str(state.step),
        "seconds": str(state.seconds),
    }
    write_tensors(path, tensors, metadata)


def load_distillation(path: str | Path, device: str = "cpu") -> DistillationState:
    """What save_distillation wrote. CheckpointError if it is missing or damaged."""
    with read_state(path, device) as (tensors, metadata):
        network = UNetConfig.parsed(metadata["shape"]).build()
        config = DistillationConfig(**json.loads(metadata["config"]))
        state = new_distillation(network, config, device)
        for name in ("student", "average", "critic"):
            getattr(state, name).load_state_dict(under(f"{name}/", tensors))
        for name in ("optimizer", "critic_optimizer"):
            restore_optimizer(getattr(state, name), under(f"{name}/", tensors))
        state.step, state.seconds = int(metadata["step"]), float(metadata["seconds"])
    return state

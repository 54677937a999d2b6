"""`python -m diffusion_core distil`: teach a copy of the shipped model to draw in a few leaps."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from diffusion_core.commands.options import add_device, machine_of
from diffusion_core.data.mnist import load_mnist
from diffusion_core.distillation import (
    DistillationConfig,
    DistillationEvent,
    DistillationState,
    Paths,
    distil,
    new_distillation,
    teacher_paths,
)
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint, read_card, save_checkpoint
from diffusion_core.files.resuming import (
    load_distillation,
    load_paths,
    save_distillation,
    save_paths,
)
from diffusion_core.files.shipped import LEAP, SHIPPED
from diffusion_core.files.whole import make_sure
from diffusion_core.pixels import to_model
from diffusion_core.training import fast_precision

REPORT_EVERY = 50
SAVE_EVERY = 250
ROOM = 60_000_000
"""Bytes that a state takes at most, or the paths."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = DistillationConfig()
    parser.add_argument("--steps", type=int, default=default.steps, help="batches in all")
    parser.add_argument("--paths", type=int, default=default.paths, help="of the teacher")
    parser.add_argument("--guidance", type=float, default=default.guidance, help="of the teacher")
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument("--teacher", type=Path, default=SHIPPED, help="weights, .safetensors")
    parser.add_argument("--out", type=Path, default=LEAP, help="where the weights go")
    parser.add_argument("--state", type=Path, default=Path("runs/leap"), help="state, to resume")
    parser.add_argument("--fresh", action="store_true", help="ignore a state that could be resumed")
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    if args.steps < 1 or args.paths < 10:
        raise RequestError("Distilling takes at least 1 step and 10 paths, one of each digit.")
    config = DistillationConfig(
        steps=args.steps,
        paths=args.paths,
        guidance=args.guidance,
        precision=fast_precision(args.device),
        seed=args.seed,
    )
    state_file, paths_file = (args.state / f"{name}.safetensors" for name in ("state", "paths"))
    for path in (args.out, args.out.with_suffix(".json"), state_file, paths_file):
        make_sure(path, ROOM)
    digits = load_mnist("train")
    x_0 = to_model(digits.images).to(args.device)
    labels = torch.as_tensor(digits.labels, dtype=torch.int64, device=args.device)
    teacher = load_checkpoint(args.teacher, args.device)
    if state_file.exists() and paths_file.exists() and not args.fresh:
        state = load_distillation(state_file, args.device)
        paths = load_paths(paths_file, args.device)
        state.config = replace(state.config, steps=args.steps)
        print(f"Resuming at step {state.step} of {args.steps}.", flush=True)
    else:
        paths = _walk(teacher, config, args.device)
        save_paths(paths_file, paths)
        state = new_distillation(teacher, config, args.device)
    told: list[DistillationEvent] = []
    for event in distil(state, paths, x_0, labels):
        told.append(event)
        if event.step % REPORT_EVERY == 0 or event.step == args.steps:
            left = (args.steps - event.step) * event.seconds / event.step
            distance, apart = (
                sum(getattr(e, name) for e in told) / len(told)
                for name in ("distance", "told_apart")
            )
            print(
                f"step {event.step:6d}/{args.steps}  from the teacher {distance:.4f}  "
                f"told apart {apart:.0%}  {left / 60:4.0f} min left",
                flush=True,
            )
            told = []
        if event.step % SAVE_EVERY == 0 or event.step == args.steps:
            save_distillation(state_file, state)
    save_checkpoint(args.out, state.average, _card(state, args))
    print(f"Wrote {args.out}.")


def _walk(teacher: torch.nn.Module, config: DistillationConfig, device: str) -> Paths:
    """All of the teacher's paths, saying how far it is."""
    parts = []
    for part in teacher_paths(teacher, config, device):  # type: ignore[arg-type]
        parts.append(part)
        done = sum(len(p.labels) for p in parts)
        print(f"\rPaths: {done:,} of {config.paths:,} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return Paths(
        *(torch.cat([getattr(p, name) for p in parts]) for name in ("points", "ends", "labels"))
    )


def _card(state: DistillationState, args: argparse.Namespace) -> dict[str, object]:
    teacher = read_card(args.teacher)
    return {
        "name": "leap",
        "what": "The same network, distilled to draw in 1, 2 or 4 calls.",
        "parameters": state.average.parameter_count,
        "network": asdict(state.average.config),
        "training": asdict(state.config),
        "command": "python -m diffusion_core distil "
        f"--steps {state.config.steps} --paths {state.config.paths} "
        f"--guidance {state.config.guidance:g} --seed {state.config.seed}",
        "teacher": json.dumps({k: teacher.get(k) for k in ("name", "finished", "epochs")}),
        "machine": machine_of(args.device),
        "minutes": round(state.seconds / 60, 1),
        "finished": time.strftime("%Y-%m-%d", time.gmtime()),
    }

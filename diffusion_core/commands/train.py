"""`python -m diffusion_core train`: train a shipped model, or resume a run that was stopped."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor

from diffusion_core.commands.options import add_device, machine_of
from diffusion_core.commands.subjects import Examples, Subject, digits, sound
from diffusion_core.data.mnist import download_mnist, load_mnist
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint, read_card, save_checkpoint
from diffusion_core.files.resuming import load_state, save_state
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.labs.history.moments import Recorder
from diffusion_core.labs.sound.training import SHAPE
from diffusion_core.pixels import to_model
from diffusion_core.training import (
    Times,
    TrainingEvent,
    TrainingState,
    diffusion_losses,
    fast_precision,
    new_state,
    step_generator,
    train,
)
from diffusion_core.training_config import PRECISIONS, TrainingConfig
from diffusion_core.unet import UNet, UNetConfig

REPORT_EVERY = 50
SAVE_EVERY = 250
ROOM = 40_000_000
"""Bytes that a state takes at most, with what its optimizers remember."""
VALIDATE_EVERY = 1000
STATE = "state.safetensors"
PLATEAU = "plateau.safetensors"
"""The state from before the learning rate fell: where a longer run goes on."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    default = TrainingConfig()
    parser.add_argument("--what", choices=["digits", "sound"], default="digits")
    parser.add_argument("--steps", type=int, help="batches in all")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float, default=default.learning_rate)
    parser.add_argument("--seed", type=int, default=default.seed)
    parser.add_argument(
        "--precision",
        choices=["auto", *PRECISIONS],
        default="auto",
        help="of the passes; auto takes bfloat16 where the processor is built for it",
    )
    parser.add_argument("--out", type=Path, help="where the weights go")
    parser.add_argument("--state", type=Path, help="state, to resume")
    parser.add_argument("--fresh", action="store_true", help="ignore a state that could be resumed")
    parser.add_argument(
        "--begin-with", type=Path, help="weights, .safetensors, that a new run begins with"
    )
    parser.add_argument("--download", action="store_true", help="fetch MNIST if it is missing")
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    subject = _subject(args)
    config = TrainingConfig(
        steps=args.steps,
        batch_size=args.batch_size,
        learning_rate=args.learning_rate,
        warmup=min(TrainingConfig.warmup, args.steps // 10),
        seed=args.seed,
        precision=fast_precision(args.device) if args.precision == "auto" else args.precision,
    )
    if args.download:
        download_mnist(lambda part: print(f"\rMNIST: {part:4.0%}", end="", file=sys.stderr))
        print(file=sys.stderr)
    for path in (args.out, args.out.with_suffix(".json"), args.state / STATE):
        make_sure(path, ROOM)
    make_sure(args.state / "moments" / "moment")
    examples, unseen = subject.load()
    x_0, labels = examples[0].to(args.device), examples[1].to(args.device)
    test = unseen[0].to(args.device), unseen[1].to(args.device)
    state = _begin_or_resume(args, config, subject)
    history = _read_history(args.state / "history.jsonl", state.step)
    recorder = Recorder(
        args.state / "moments", state, lambda: _test_loss(state, *test, subject.times)
    )
    for event, mean_loss in _reported(train(state, x_0, labels, times=subject.times)):
        recorder.hear(event, state)
        entry = {"step": event.step, "loss": mean_loss, "rate": event.learning_rate}
        entry |= {"seconds": round(event.seconds, 1)}
        if event.step % VALIDATE_EVERY == 0 or event.step == args.steps:
            entry["test_loss"] = _test_loss(state, *test, subject.times)
        if event.step % REPORT_EVERY == 0 or event.step == args.steps:
            history.append(entry)
            left = (args.steps - event.step) * event.seconds / event.step
            tested = f"  test {entry['test_loss']:.5f}" if "test_loss" in entry else ""
            print(
                f"step {event.step:6d}/{args.steps}  loss {mean_loss:.5f}{tested}  "
                f"{event.step * state.config.batch_size / event.seconds:5.0f} examples/s  "
                f"{left / 60:4.0f} min left",
                flush=True,
            )
        if event.step == state.config.decay_from:
            save_state(args.state / PLATEAU, state)
        if event.step % SAVE_EVERY == 0 or event.step == args.steps:
            save_state(args.state / STATE, state)
            recorder.save()
            _write_history(args.state / "history.jsonl", history)
    save_checkpoint(args.out, state.average, _card(state, args, history, subject, len(x_0)))
    print(f"Wrote {args.out}.")


def _subject(args: argparse.Namespace) -> Subject:
    """What is to be learned; what `args` leave open is filled in with its usual values."""

    def shape() -> UNetConfig:
        return UNetConfig()

    subject = sound(lambda: SHAPE) if args.what == "sound" else digits(shape, _digits)
    for name in ("steps", "batch_size", "out", "state"):
        if getattr(args, name) is None:
            setattr(args, name, getattr(subject, name))
    return subject


def _digits() -> tuple[Examples, Examples]:
    known, unseen = load_mnist("train"), load_mnist("test")
    return (
        (to_model(known.images), _labels(known.labels)),
        (to_model(unseen.images), _labels(unseen.labels)),
    )


def _begin_or_resume(
    args: argparse.Namespace, config: TrainingConfig, subject: Subject
) -> TrainingState[UNet]:
    """The state to go on from: a new one, or that of the run in args.state, made args.steps long.

    Where its learning rate has begun to fall already and more steps are asked for than it was
    made for, the run goes on from the last moment before that.
    """
    if args.fresh or not (args.state / STATE).exists():
        begin = load_checkpoint(args.begin_with, args.device) if args.begin_with else None
        state = new_state(config, begin.config if begin else subject.shape(), args.device)
        if begin:
            state.begin_with(begin)
        print(f"{state.network.parameter_count:,} parameters on {args.device}.", flush=True)
        return state
    state = load_state(args.state / STATE, args.device)
    kept = ["batch_size", "learning_rate", "seed"] + ["precision"] * (args.precision != "auto")
    for name in kept:
        begun, asked = getattr(state.config, name), getattr(config, name)
        if asked != begun:
            option = name.replace("_", "-")
            raise RequestError(
                f"The run in {args.state} was begun with --{option} {begun}, not {asked}: "
                "give the same value to resume it, or --fresh to start anew."
            )
    longer = args.steps > state.config.steps and state.step > state.config.decay_from
    if longer and (args.state / PLATEAU).exists():
        state = load_state(args.state / PLATEAU, args.device)
    state.config = replace(state.config, steps=args.steps)
    print(f"Resuming at step {state.step} of {args.steps}.", flush=True)
    return state


def _labels(labels: object) -> Tensor:
    return torch.as_tensor(labels, dtype=torch.int64)


def _reported(events: Iterator[TrainingEvent]) -> Iterator[tuple[TrainingEvent, float]]:
    """Each event with the mean loss since the last report."""
    losses: list[float] = []
    for event in events:
        losses.append(event.loss)
        yield event, sum(losses) / len(losses)
        if event.step % REPORT_EVERY == 0:
            losses = []


@torch.no_grad()
def _test_loss(state: TrainingState[UNet], x_0: Tensor, labels: Tensor, times: Times) -> float:
    """The averaged network's loss on 2,000 unseen examples; watched, never used to choose."""
    chosen = slice(0, 2000)
    losses = diffusion_losses(
        state.average,
        x_0[chosen],
        labels[chosen],
        step_generator(0, 0, x_0.device),
        times=times,
    )
    return losses.squared.mean().item()


def _read_history(path: Path, step: int) -> list[dict[str, float]]:
    if step == 0 or not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [entry for entry in lines if entry["step"] <= step]


def _write_history(path: Path, history: list[dict[str, float]]) -> None:
    with replacing(path) as temporary:
        temporary.write_text("".join(json.dumps(r) + "\n" for r in history), "utf-8")


def _card(
    state: TrainingState[UNet],
    args: argparse.Namespace,
    history: list[dict[str, float]],
    subject: Subject,
    examples: int,
) -> dict[str, object]:
    return subject.card | {
        "parameters": state.average.parameter_count,
        "network": asdict(state.average.config),
        "training": asdict(state.config),
        "command": "python -m diffusion_core train "
        + ("--what sound " if args.what == "sound" else "")
        + f"--steps {state.config.steps} --batch-size {state.config.batch_size} "
        + f"--learning-rate {state.config.learning_rate:g} --seed {state.config.seed}"
        + (f" --begin-with {args.begin_with}" if args.begin_with else ""),
        "machine": machine_of(args.device),
        "minutes": round(state.seconds / 60, 1),
        "epochs": round(state.step * state.config.batch_size / examples, 1),
        "finished": time.strftime("%Y-%m-%d", time.gmtime()),
        "test_loss": history[-1].get("test_loss") if history else None,
        # What was found out on the way to these settings stays true of the next weights.
        "tried": read_card(subject.out).get("tried"),
    }

"""`python -m diffusion_core moments`: find out how a recorded run learned, for the time machine.

`make train` keeps the moments (labs/history/moments.py). This may be run while it trains; when it
has finished, run it again for the rest.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from diffusion_core.commands.options import machine_of
from diffusion_core.data.embedded import HISTORY_SCENE
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import read_card, write_card
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.files.tensors import read_state
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.labs.history.moments import read_losses, read_moments
from diffusion_core.labs.history.portrait import (
    GUESS_TIMES,
    LEVEL_DIGITS,
    LEVELS,
    MEASURED,
    MEASURED_STEPS,
    SEEDS,
    STEPS,
    Yardstick,
    asked_about,
    curve_of,
    kept_portrait,
)

STATE = "state.safetensors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run", type=Path, default=Path("runs/digits"), help="the --state folder of the training"
    )
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the last stop, .safetensors")
    parser.add_argument("--out", type=Path, default=HISTORY_SCENE, help="the .npz file to write")
    parser.add_argument(
        "--count", type=int, default=MEASURED, help="digits for each Frechet distance, 20 to 10000"
    )


def run(args: argparse.Namespace) -> None:
    if not 20 <= args.count <= 10_000:
        raise RequestError(f"--count must be from 20 to 10000; got {args.count}.")
    folder = args.run / "moments"
    losses, kept = read_losses(folder), read_moments(folder)
    if not kept:
        raise RequestError(f"There are no moments of a run in {folder}: `make train` keeps them.")
    for path in (args.out, args.out.with_suffix(".json"), folder / "model.npz"):
        make_sure(path)
    yardstick = Yardstick.load()
    found = []
    for moment in kept:
        found.append(
            kept_portrait(moment.path, moment.path.with_suffix(".npz"), yardstick, args.count)
        )
        print(f"step {moment.step:6d}  test loss {moment.test_loss:.4f}", end="  ")
        print(f"Frechet distance {found[-1]['frechet']:.3f}", flush=True)
    card = read_card(args.model)
    found.append(kept_portrait(args.model, folder / "model.npz", yardstick, args.count))
    print(f"{args.model}: Frechet distance {found[-1]['frechet']:.3f}", flush=True)

    def column(name: str) -> Any:
        return np.stack([each[name] for each in found])

    digit, noisy = asked_about()
    arrays = {
        **{name: column(name) for name in ("samples", "guesses", "level_loss", "frechet")},
        "steps": np.array([moment.step for moment in kept]),
        "examples": np.array([moment.examples for moment in kept]),
        "seconds": np.array([moment.seconds for moment in kept]),
        "loss": np.array([moment.loss or np.nan for moment in kept]),
        "test_loss": np.array([*(m.test_loss for m in kept), card.get("test_loss", np.nan)]),
        "curve": curve_of(losses[: kept[-1].step]),
        "levels": LEVELS,
        "times": np.array(GUESS_TIMES),
        "digit": digit,
        "noisy": noisy,
        "unseen": np.float64(yardstick.floor(args.count)),
    }
    with replacing(args.out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)
    write_card(args.out, _card(args, kept[-1].step, card))
    print(f"Wrote {args.out} ({args.out.stat().st_size:,} bytes).")


def _card(args: argparse.Namespace, steps: int, model: dict[str, Any]) -> dict[str, Any]:
    """How it was made: beside the .npz, as a .json."""
    with read_state(args.run / STATE) as (_, metadata):
        config = json.loads(metadata["config"])
    return {
        "what": "How a network learned to draw digits: moments of one run, and the shipped model.",
        "run": "python -m diffusion_core train "
        + f"--steps {config['steps']} --batch-size {config['batch_size']} "
        + f"--learning-rate {config['learning_rate']:g} --seed {config['seed']}",
        "steps_so_far": steps,
        "training": config,
        "samples": f"Ten digits from the noise of each seed of {SEEDS}, DPM-Solver++(2M), "
        f"{STEPS} steps, no guidance, averaged weights.",
        "frechet": f"{args.count} digits, equally many of each, drawn in {MEASURED_STEPS} steps; "
        "features of our FeatureNet; distance to the 60,000 training digits.",
        "measured": args.count,
        "level_loss": f"Squared error of v on {LEVEL_DIGITS} test digits at each level.",
        "shipped": {"epochs": model.get("epochs"), "minutes": model.get("minutes")},
        "command": f"python -m diffusion_core moments --run {args.run}",
        "measured_on": machine_of("cpu"),
    }

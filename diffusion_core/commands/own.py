"""`python -m diffusion_core own`: train a small model as visitors do in the lab, and judge it.

For `python -m diffusion_core evaluate --model`, which measures it with more drawings, the weights
are left in a folder.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from diffusion_core.files.whole import make_sure
from diffusion_core.labs.own.job import LONGEST, TrainingDigits
from diffusion_core.labs.own.learning import train_digits

TOKEN = "0" * 16
"""Whoever stops this command does so with the keyboard."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=LONGEST, help=f"1 to {LONGEST}")
    parser.add_argument("--digits", default="0123456789", help="which to learn, as in 38")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the weights")


def run(args: argparse.Namespace) -> None:
    job = TrainingDigits(TOKEN, str(args.out), args.digits, args.seconds, args.seed)
    make_sure(args.out / "model.safetensors")
    reported = 0.0
    for chunk in train_digits(job):
        if not isinstance(chunk, bytes) or not chunk:
            continue  # A training asks nobody else, and pauses often.
        event = json.loads(chunk[: chunk.index(b"\n")])
        if event["kind"] == "progress" and (event["at"] >= reported + 10 or event["left"] == 0):
            reported = event["at"]
            print(
                f"{event['at']:6.1f} s  step {event['step']:5d}  loss {event['loss']:.4f}  "
                f"on {event['processors']:.2f} processors",
                flush=True,
            )
        if event["kind"] == "end":
            shipped = (
                "" if event["shipped"] is None else f" (shipped model: {event['shipped']:.1%})"
            )
            print(f"{event['right']} of {event['judged']} are read as what was asked for{shipped}.")
            print(f"Wrote {args.out / event['id']}.safetensors.")

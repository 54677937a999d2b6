"""`python -m diffusion_core evaluate --what sound`: are the notes those that were asked for?"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from diffusion_core.commands.sound_card import sound_table
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint, read_card, write_card
from diffusion_core.files.shipped import SOUND
from diffusion_core.files.whole import make_sure
from diffusion_core.labs.sound.evaluation import NotesReport, measure_notes
from diffusion_core.labs.sound.notes import NAMES
from diffusion_core.labs.sound.synth import notes
from diffusion_core.labs.sound.training import SIZE, UNSEEN_SEED, note_times
from diffusion_core.request import Request
from diffusion_core.run import final_picture, sample, start_of
from diffusion_core.samplers import levels_at

PER_LABEL = 25
BATCH = 40
GOAL = 0.95


def run_sound(args: argparse.Namespace) -> bool:
    """Make notes, find their pitches, compare with synthesised ones. Whether it was put on the
    model's card: by default if it is what the card reports."""
    per_label = PER_LABEL if args.per_label is None else args.per_label
    if not 1 <= per_label <= 1000:
        raise RequestError(f"--per-label must be from 1 to 1000; got {per_label}.")
    path = args.model or SOUND
    standard = (per_label, args.steps, args.guidance, args.seed) == (PER_LABEL, 20, 1.0, 0)
    shipped = args.model is None and args.sampler in (None, "dpmpp")
    write = args.write_card if args.write_card is not None else standard and shipped
    if write:
        make_sure(path.with_suffix(".json"))
    denoiser = NetworkDenoiser(load_checkpoint(path, args.device))
    labels = np.arange(per_label * len(NAMES)) % len(NAMES)
    began = time.monotonic()
    parts = []
    levels = levels_at(note_times(args.steps))
    for first in range(0, len(labels), BATCH):
        some = tuple(int(label) for label in labels[first : first + BATCH])
        request = Request(some, args.sampler or "dpmpp", args.steps, args.guidance, args.seed)
        start = start_of(request, SIZE, first, args.device)
        parts.append(final_picture(sample(denoiser, request, start, levels))[:, 0].cpu())
    seconds = time.monotonic() - began
    made = measure_notes(torch.cat(parts).numpy(), labels)
    real = measure_notes(notes(len(labels), UNSEEN_SEED)[0], labels)
    print(f"{len(labels)} notes, {args.sampler or 'dpmpp'}, {args.steps} steps, {seconds:.0f} s")
    print("\n".join(sound_table(asdict(made), asdict(real))))
    print(f"The pitch asked for is found in {made.right:.1%} (goal: at least {GOAL:.0%}).")
    if write:
        entry = {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "count": len(labels),
            "sampler": args.sampler or "dpmpp",
            "steps": args.steps,
            "guidance": args.guidance,
            "seed": args.seed,
            "made": _rounded(made),
            "real": _rounded(real),
        }
        write_card(path, read_card(path) | {"evaluation": entry})
        print(f"Wrote the card beside {path}.")
    return bool(write)


def _rounded(report: NotesReport) -> dict[str, Any]:
    return {
        name: [round(v, 4) for v in value] if isinstance(value, tuple) else round(value, 4)
        for name, value in asdict(report).items()
    }

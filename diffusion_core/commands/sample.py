"""`python -m diffusion_core sample`: draw digits into an .npz file."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from diffusion_core.commands.options import add_device
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.request import Request, network_of
from diffusion_core.run import draw
from diffusion_core.samplers import SAMPLERS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--labels", default="0123456789", help="the digits to draw, as in 0123")
    parser.add_argument("--per-label", type=int, default=1, help="pictures of each")
    parser.add_argument("--sampler", default="dpmpp", choices=[*SAMPLERS])
    parser.add_argument("--steps", type=int, default=20, help="from 1 to 1000; of leap 1, 2 or 4")
    parser.add_argument(
        "--guidance", type=float, default=1.0, help="0 to 5; 1 is plain conditional"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=Path, help="weights, .safetensors; the shipped ones")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    if not args.labels.isdecimal() or not args.labels.isascii():
        raise RequestError(f"--labels takes digits, as in 0123456789; got {args.labels!r}.")
    if args.per_label < 1:
        raise RequestError(f"--per-label must be at least 1; got {args.per_label}.")
    labels = np.repeat([int(digit) for digit in args.labels], args.per_label)
    request = Request(tuple(labels.tolist()), args.sampler, args.steps, args.guidance, args.seed)
    model = args.model or MODELS[network_of(args.sampler)]
    denoiser = NetworkDenoiser(load_checkpoint(model, args.device))
    make_sure(args.out)
    images = np.concatenate(list(draw(denoiser, request, args.device)))
    with replacing(args.out) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, images=images, labels=labels.astype(np.int64))
    print(f"Wrote {len(images)} pictures to {args.out}.")

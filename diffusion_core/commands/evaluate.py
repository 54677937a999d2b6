"""`python -m diffusion_core evaluate`: measure how good the model is, and write it on its card."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.commands.card import evaluation_table, goal_words, model_card
from diffusion_core.commands.evaluate_sound import run_sound
from diffusion_core.commands.options import add_device
from diffusion_core.data.mnist import Digits, load_mnist
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.files.checkpoint import load_checkpoint, read_card, write_card
from diffusion_core.files.shipped import MODELS, SHIPPED
from diffusion_core.files.whole import make_sure, replacing
from diffusion_core.measure.classifiers import (
    CLASSIFIERS,
    ClassifierTraining,
    FeatureNet,
    JudgeNet,
    classifier_path,
    digits_seen,
    load_classifier,
    save_classifier,
    train_classifier,
)
from diffusion_core.measure.evaluation import Counting, Report, evaluate
from diffusion_core.request import LEAP_STEPS, NUM_CLASSES, Request, network_of
from diffusion_core.run import draw
from diffusion_core.samplers import SAMPLERS

STANDARD = (
    {"sampler": "dpmpp", "steps": 20},
    *({"sampler": "leap", "steps": steps} for steps in LEAP_STEPS),
)
"""What the card reports: the model, and its distilled copy in one, two and four leaps."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--what", choices=["digits", "sound"], default="digits")
    parser.add_argument("--model", type=Path, help="weights, .safetensors; the shipped ones")
    parser.add_argument(
        "--per-label", type=int, help="of each digit or pitch, 1 to 1000; usually 1000 or 25"
    )
    parser.add_argument(
        "--sampler",
        choices=[*SAMPLERS],
        help="measure this one only; by default all that the card reports",
    )
    parser.add_argument("--steps", type=int, default=20, help="from 1 to 1000; of leap 1, 2 or 4")
    parser.add_argument("--guidance", type=float, default=1.0, help="0 to 5")
    parser.add_argument("--seed", type=int, default=0)
    add_device(parser)
    parser.add_argument(
        "--write-card",
        action=argparse.BooleanOptionalAction,
        help="put the figures on the model's card; by default if all that the card reports is "
        "measured, of the shipped models, with 1,000 pictures of each digit",
    )
    parser.add_argument(
        "--train-classifiers",
        action="store_true",
        help="train anew the two classifiers that measure, and stop there",
    )


def run(args: argparse.Namespace) -> None:
    if args.train_classifiers:
        train_classifiers(args.device)
        return
    if args.what == "sound":
        if run_sound(args):
            write_page(args.model or SHIPPED)
        return
    args.per_label = 1000 if args.per_label is None else args.per_label
    if not 1 <= args.per_label <= 1000:
        # MNIST's test set has 10,000 digits: there is no floor to compare more pictures with.
        raise RequestError(f"--per-label must be from 1 to 1000; got {args.per_label}.")
    ways = [{"sampler": args.sampler, "steps": args.steps}] if args.sampler else [*STANDARD]
    standard = not (args.sampler or args.model) and (args.per_label, args.guidance) == (1000, 1)
    write = args.write_card if args.write_card is not None else standard
    if write:
        for way in ways:
            make_sure_of_card(args.model or MODELS[network_of(str(way["sampler"]))])
    measures = Measures.load(args.device)
    for way in ways:
        labels = tuple(np.repeat(np.arange(NUM_CLASSES), args.per_label).tolist())
        request = Request(labels, **way, guidance=args.guidance, seed=args.seed)
        path = args.model or MODELS[network_of(request.sampler)]
        entry = measures.of(request, path)
        print(f"\n{request.sampler}, {request.steps} steps, guidance {request.guidance:g}")
        print("\n".join(evaluation_table(entry)))
        print(
            f"Fréchet distance: {entry['frechet_ratio']:.2f} times that of unseen real digits"
            f"{goal_words(entry)}. Took {entry['seconds']:,} s.",
            flush=True,
        )
        if write:
            _write(path, entry)
            print(f"Wrote the card beside {path}.")
        else:
            print("The model's card was left as it is; --write-card changes it.")


def _write(path: Path, entry: dict[str, Any]) -> None:
    """Put an evaluation on the card of the weights at `path`, and write the page beside it anew."""
    card = read_card(path)
    leap = entry["sampler"] == "leap"
    if leap:
        card["evaluations"] = {**card.get("evaluations", {}), str(entry["steps"]): entry}
    else:
        card["evaluation"] = entry
    write_card(path, card)
    write_page(path, **{"leap" if leap else "digits": card})


def make_sure_of_card(path: Path) -> None:
    """See to it that the card of the weights at `path` can be written, and the page beside it."""
    make_sure(path.with_suffix(".json"))
    make_sure(path.parent / "README.md")


def write_page(path: Path, **changed: dict[str, Any]) -> None:
    """Write the page of the cards in the folder of `path` anew; those in `changed` as given."""
    cards = {name: read_card(path.with_name(model.name)) for name, model in MODELS.items()}
    cards |= changed
    with replacing(path.parent / "README.md") as temporary:
        temporary.write_text(model_card(**cards), "utf-8")


@dataclass(frozen=True)
class Measures:
    """Everything that drawings are measured with."""

    training: Digits
    unseen: Digits
    feature_net: FeatureNet
    judge_net: JudgeNet
    device: str

    @classmethod
    def load(cls, device: str) -> Measures:
        """MNIST and the two classifiers. UserFacingError, with what to do, if one is missing."""
        return cls(
            load_mnist("train"),
            load_mnist("test"),
            load_classifier(FeatureNet, device=device),
            load_classifier(JudgeNet, device=device),
            device,
        )

    def of(self, request: Request, path: Path) -> dict[str, Any]:
        """Draw with the weights at `path`, and measure: an entry for a card."""
        began = time.monotonic()
        counting = Counting(NetworkDenoiser(load_checkpoint(path, self.device)))
        count = len(request.labels)
        images = np.concatenate(list(_reported(draw(counting, request, self.device), count)))
        drawn_in = time.monotonic() - began
        print("Measuring ...", file=sys.stderr, flush=True)
        report = evaluate(
            Digits(images, np.array(request.labels)),
            self.unseen,
            self.training,
            self.feature_net,
            self.judge_net,
            request.seed,
            self.device,
        )
        return _entry(report, request, counting.pictures / count) | {
            "seconds_drawing": round(drawn_in),
            "seconds": round(time.monotonic() - began),
        }


def _reported(batches: Iterator[NDArray[np.uint8]], total: int) -> Iterator[NDArray[np.uint8]]:
    """The same batches, saying how far it is and how long it will take."""
    began, done = time.monotonic(), 0
    for batch in batches:
        done += len(batch)
        left = (total - done) * (time.monotonic() - began) / done
        progress = f"\rDrawn {done:,} of {total:,}; {left:4.0f} s left "
        print(progress, end="", file=sys.stderr, flush=True)
        yield batch
    print(file=sys.stderr)


def _entry(report: Report, request: Request, calls: float) -> dict[str, Any]:
    """What the card says of an evaluation: the figures, and everything needed to measure again."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "count": report.count,
        "sampler": request.sampler,
        "steps": request.steps,
        "guidance": request.guidance,
        "seed": request.seed,
        "network_calls": calls,
        "frechet_ratio": round(report.frechet_ratio, 3),
        "drawn": _rounded(asdict(report.drawn)),
        "unseen": _rounded(asdict(report.unseen)),
    }


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [v if v is None else round(v, 4) for v in value]
        if isinstance(value, tuple)
        else round(value, 5)
        for name, value in figures.items()
    }


def train_classifiers(device: str) -> None:
    """Train both from scratch, say how good they are, and put them where evaluation finds them."""
    training, unseen = load_mnist("train"), load_mnist("test")
    epochs = ClassifierTraining().epochs
    for kind in CLASSIFIERS:
        make_sure(classifier_path(kind))
    for kind in CLASSIFIERS:
        trained = train_classifier(kind, training, device=device)
        for epoch, (network, loss) in enumerate(trained, 1):  # noqa: B007 - the last one is kept
            print(f"{kind.__name__}  epoch {epoch:2d}/{epochs}  loss {loss:.5f}", flush=True)
        network.half().float()  # measured as it is stored
        accuracy = float((digits_seen(network, unseen.images, device) == unseen.labels).mean())
        path = save_classifier(network, accuracy)
        print(f"Wrote {path}: {accuracy:.2%} of the test digits.", flush=True)

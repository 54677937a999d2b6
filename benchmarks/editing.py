"""How good the applications' methods are, against simpler ones, and how quick."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.timing import Say
from diffusion_core.data.degradations import SMALL_SIDES, degrade, matrix_of
from diffusion_core.data.mnist import load_mnist
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.dialogue import Noise
from diffusion_core.editing import (
    Restoration,
    clean,
    encoded_between,
    repair,
    resampling,
    restore,
)
from diffusion_core.errors import CannotMeasureError, MnistError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import SHIPPED
from diffusion_core.measure.classifiers import JudgeNet, digits_seen, load_classifier
from diffusion_core.pixels import to_model, to_uint8
from diffusion_core.prediction import Prediction, from_x0
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.run import Run, Step, answered, reverse
from diffusion_core.samplers import Level
from diffusion_core.service.asking import asking
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.edit_runs import AGAIN, BLUR_NOISE
from diffusion_core.service.edits import Between, Edit, Repair, Restore
from diffusion_core.service.works import Works

STEPS = 20
BLUR, GRAIN = 2.0, 1.0


@dataclass(frozen=True)
class EditingPlan:
    """How many test digits of each class, and how often a time is taken."""

    per_label: int = 5
    repeat: int = 3


def measure_editing(plan: EditingPlan, say: Say) -> dict[str, Any]:
    """Lines to print. CannotMeasureError without MNIST: its test digits are spoiled and mended."""
    try:
        test = load_mnist("test")
    except MnistError as error:
        raise CannotMeasureError(str(error)) from error
    chosen = np.concatenate([test.places[label][: plan.per_label] for label in range(10)])
    bench = _Bench(test.images[chosen], test.labels[chosen], say)
    return {"lines": [*bench.quality(), *_times(bench.network, bench.images, plan, say)]}


class _Bench:
    def __init__(self, images: np.ndarray, labels: np.ndarray, say: Say) -> None:
        self.images, self.labels, self.say = images, labels, say
        self.pictures = to_model(images)
        self.network = NetworkDenoiser(load_checkpoint(SHIPPED))
        self.judge = load_classifier(JudgeNet)

    def request(self, which: int) -> Request:
        """Each digit is drawn from noise of its own; the model is not told which it is."""
        return Request((NO_LABEL,), "ddpm", STEPS, 1.0, seed=which)

    def line(self, name: str, ended: Tensor, further: str = "") -> str:
        """How many are read as the digit that they were."""
        read = float((digits_seen(self.judge, to_uint8(ended)) == self.labels).mean())
        return f"  {name:<58}{read:6.1%}{further}"

    def mended(self, name: str, runs: Iterable[Run]) -> Tensor:
        self.say(name)
        return through(self.network, [*runs])

    def quality(self) -> list[str]:
        """Read right by an independent classifier, and how well what was seen is kept."""
        lines = [
            f"EDITING  {len(self.images)} test digits, {STEPS} steps, the model is not told which",
            "  read as the digit that it was, by an independent classifier",
            self.line("untouched", self.pictures),
        ]
        top, middle = torch.zeros((2, 28, 28), dtype=torch.bool)
        top[:14] = True
        middle[8:20, 8:20] = True
        for where, hidden in (("upper half", top), ("middle 12 x 12", middle)):
            for again in (1, 5):
                for method, make in (("RePaint", _repaint), ("DDNM, as shipped", _shipped)):
                    name = f"{where} hidden, {method}, each step x {again}"
                    runs = (
                        make(picture, hidden, self.request(k), again)
                        for k, picture in enumerate(self.pictures)
                    )
                    ended = self.mended(name, runs)
                    kept = torch.equal(ended[:, :, ~hidden], self.pictures[:, :, ~hidden])
                    further = "   known pixels exact" if kept else "   KNOWN PIXELS CHANGED"
                    lines.append(self.line(name, ended, further))
        return [*lines, *self._restored(), *self._encoded()]

    def _restored(self) -> list[str]:
        lines = []
        for how, side in SMALL_SIDES.items():
            low = np.stack([degrade(image, how) for image in self.images])
            small = to_model(low)
            blocks = F.interpolate(small, size=28, mode="nearest")
            smooth = F.interpolate(small, size=28, mode="bicubic").clamp(-1, 1)
            lines += [
                self.line(f"{side} x {side} pixels, as blocks", blocks),
                self.line(f"{side} x {side} pixels, bicubic", smooth, _apart(smooth, low)),
            ]
            for name, method, again in (
                ("DDNM with the noise that fits", _refitted, 1),
                ("DDNM", _fitted, 1),
                ("DDNM, as shipped", _fitted, AGAIN[how]),
            ):
                title = f"{side} x {side} pixels, {name}, each step x {again}"
                runs = (
                    method(Restoration(seen[0], matrix_of(how)), self.request(k), again)
                    for k, seen in enumerate(small)
                )
                ended = self.mended(title, runs)
                lines.append(self.line(title, ended, _apart(ended, low)))
        blurred = to_model(np.stack([degrade(image, "blur", width=BLUR) for image in self.images]))
        by = matrix_of("blur", BLUR)
        runs = (
            restore(Restoration(seen[0], by, BLUR_NOISE), self.request(k))
            for k, seen in enumerate(blurred)
        )
        ended = self.mended("blur", runs)
        lines += [
            self.line(f"blurred by {BLUR:g} pixels", blurred),
            self.line(f"blurred by {BLUR:g} pixels, restored as shipped", ended),
        ]
        grainy = to_model(
            np.stack(
                [
                    degrade(image, "grain", noise=GRAIN, seed=k)
                    for k, image in enumerate(self.images)
                ]
            )
        )
        # Just inside of black and white nothing counts as cut off.
        as_it_is = grainy.clamp(-0.9999, 0.9999)
        lines.append(self.line(f"grain of strength {GRAIN:g}", grainy))
        for name, seen in (("cut off as it is", as_it_is), ("as shipped", grainy)):
            runs = (clean(one, GRAIN, self.request(k)) for k, one in enumerate(seen))
            ended = self.mended(f"grain, {name}", runs)
            lines.append(self.line(f"grain of strength {GRAIN:g}, taken off, {name}", ended))
        return lines

    def _encoded(self) -> list[str]:
        lines = [
            "  to the noise and back: grey levels of 255 apart (root mean square), and read right"
        ]
        for steps in (10, 20):
            pairs = range(0, len(self.images) - 1, 2)
            request = Request((NO_LABEL,) * 3, "dpmpp", steps, 1.0)
            self.say(f"there and back in {steps} steps")
            ended = through(
                self.network,
                [
                    encoded_between(self.pictures[k : k + 2], request, (NO_LABEL, NO_LABEL))
                    for k in pairs
                ],
            )
            ends = torch.cat([ended.reshape(-1, 3, 1, 28, 28)[:, [0, 2]].flatten(0, 1)])
            apart = (ends.clamp(-1, 1) - self.pictures[: len(ends)]).square().mean().sqrt() * 127.5
            read = digits_seen(self.judge, to_uint8(ends)) == self.labels[: len(ends)]
            lines.append(f"  {f'{steps} steps':<58}{read.mean():6.1%}   {float(apart):.2f}")
        return lines


def through(network: NetworkDenoiser, runs: Sequence[Run]) -> Tensor:
    """What the runs end with, in order, when they share passes as in the app."""
    works, ended = Works(Batcher({"digits": network})), {}
    for key, run in enumerate(runs):
        works.add(key, asking(run, "digits", lambda step: [step]))
    while len(works):
        for report in works.tick():
            if report.problem:
                raise CannotMeasureError(report.problem)
            if isinstance(report.result, Step):
                ended[report.key] = report.result.x_next
    return torch.cat([ended[key] for key in range(len(runs))])


def _shipped(known: Tensor, hidden: Tensor, request: Request, again: int) -> Run:
    return repair(known, hidden, request, again)


def _repaint(known: Tensor, hidden: Tensor, request: Request, again: int) -> Run:
    """RePaint (arXiv:2201.09865, algorithm 1): the noisy picture is overwritten, not the guess."""

    def overwrite(x: Tensor, level: Level, noise: Noise) -> Tensor:
        there = level.alpha * known + (level.sigma * noise(x) if level.sigma > 0 else 0)
        return torch.where(hidden, x, there)

    return reverse(request, sampler=resampling(again, land=overwrite))


def _fitted(restoration: Restoration, request: Request, again: int) -> Run:
    return restore(restoration, request, again)


def _refitted(restoration: Restoration, request: Request, again: int) -> Run:
    """The fitted picture takes its noise along: x_t = alpha x0_hat + sigma eps_hat stays true."""

    def both(said: Prediction, level: Level) -> Prediction:
        x_t = level.alpha * said.x0_hat + level.sigma * said.eps_hat
        fitted = restoration.fitted(said.x0_hat, level.sigma)
        return from_x0(fitted, x_t, level.alpha, level.sigma)

    return reverse(request, sampler=resampling(again, correct=both))


def _apart(ended: Tensor, low: np.ndarray) -> str:
    """How far what is shown, averaged down, is from what was seen, at most."""
    side = low.shape[1]
    shown = to_uint8(ended).reshape(len(low), side, 28 // side, side, 28 // side)
    worst = np.abs(shown.mean(axis=(2, 4)) - low).max() / 255
    return f"   averaged down: {worst:.2%} apart at most"


def _times(network: NetworkDenoiser, images: np.ndarray, plan: EditingPlan, say: Say) -> list[str]:
    """One answer each, told the digit, guidance 1.5: until the first step, and in all."""
    picture = images[3 * plan.per_label]
    hidden = np.zeros((28, 28), bool)
    hidden[:14] = True
    request = Request((3,), "ddpm", STEPS, 1.5)
    row = replace(request, labels=(3,) * 7, sampler="dpmpp")
    whole, bits = picture.tobytes(), np.packbits(hidden).tobytes()
    edits: dict[str, Edit] = {
        "repair, each step x 5": Repair(request, whole, bits, 5),
        "7 x 7 pixels": Restore(request, degrade(picture, "small7").tobytes(), "small7"),
        "14 x 14 pixels": Restore(request, degrade(picture, "small14").tobytes(), "small14"),
        "blur": Restore(request, degrade(picture, "blur").tobytes(), "blur", 1.5),
        "grain": Restore(request, degrade(picture, "grain").tobytes(), "grain", 0.5),
        "7 stops between two digits": Between(row, (3, 8), (7, 21)),
        "7 stops between two pictures, 10 steps": Between(
            replace(row, steps=10), (3, 3), pictures=(whole, images[-1].tobytes())
        ),
    }
    lines = ["", f"  {'To the first step, to the end, and processor time in all':<46}"]
    for name, edit in edits.items():
        say(name)
        found = np.median([_timed(network, edit) for _ in range(plan.repeat)], axis=0)
        first, whole_time, busy = found
        lines.append(f"  {name:<46}{first:8.3f} s {whole_time:8.2f} s {busy:8.2f} s")
    return lines


def _timed(network: NetworkDenoiser, edit: Edit) -> tuple[float, float, float]:
    began, worked = time.perf_counter(), time.process_time()
    first = 0.0
    for _ in answered(edit.run(), network):
        first = first or time.perf_counter() - began
    return first, time.perf_counter() - began, time.process_time() - worked

"""Measuring the frontier: quality and cost of every sampler at several numbers of steps."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.timing import Say, machine, seconds
from diffusion_core.data.mnist import load_mnist
from diffusion_core.denoiser import Denoiser, NetworkDenoiser
from diffusion_core.errors import CannotMeasureError, MnistError
from diffusion_core.files.checkpoint import load_checkpoint
from diffusion_core.files.shipped import MODELS
from diffusion_core.measure.classifiers import (
    FeatureNet,
    JudgeNet,
    digits_seen,
    features_of,
    load_classifier,
)
from diffusion_core.measure.evaluation import Moments, equally_many, frechet_distance, moments
from diffusion_core.measure.frontier import SHOWN, Frontier, Point
from diffusion_core.request import LEAP_STEPS, NUM_CLASSES, Request, network_of
from diffusion_core.run import draw, final_picture, sample, start_of
from diffusion_core.schedule import Floats


@dataclass(frozen=True)
class FrontierPlan:
    """What to measure."""

    steps: Mapping[str, tuple[int, ...]]
    per_label: int = 100
    timed: int = 16
    """Pictures at once when times are taken."""
    repeat: int = 3

    @classmethod
    def standard(cls) -> FrontierPlan:
        """Numbers of steps that ask about equally often, sampler by sampler."""
        return cls(
            {
                "ddpm": (10, 20, 50),
                "ddim": (5, 10, 20, 50),
                "heun": (3, 5, 10),
                "dpmpp": (5, 10, 20),
                "leap": LEAP_STEPS,
            }
        )


def calls_of(sampler: str, steps: int) -> int:
    """Network calls for one unguided picture."""
    return 2 * steps - 1 if sampler == "heun" else steps


def measure_frontier(plan: FrontierPlan, device: str, say: Say) -> Frontier:
    """All points. CannotMeasureError without MNIST, which quality is measured against."""
    try:
        training, unseen = load_mnist("train"), load_mnist("test")
    except MnistError as error:
        raise CannotMeasureError(f"The frontier needs MNIST. {error}") from error
    feature_net = load_classifier(FeatureNet, device=device)
    judge_net = load_classifier(JudgeNet, device=device)
    whole = moments(features_of(feature_net, training.images, device), training.labels)
    count = NUM_CLASSES * plan.per_label
    labels = np.repeat(np.arange(NUM_CLASSES), plan.per_label)
    unseen_features = features_of(feature_net, unseen.images, device)
    floor = frechet_distance(moments(unseen_features, unseen.labels), whole)
    extra = _extra(unseen_features, unseen.labels, whole, count) - floor
    denoisers = {
        name: NetworkDenoiser(load_checkpoint(path, device)) for name, path in MODELS.items()
    }
    ways = [(sampler, steps) for sampler, several in plan.steps.items() for steps in several]
    points, shown = [], []
    for number, (sampler, steps) in enumerate(ways, 1):
        say(f"Frontier: {number} of {len(ways)}, {sampler} in {steps} steps.")
        denoiser = denoisers[network_of(sampler)]
        request = Request(tuple(labels.tolist()), sampler, steps)
        images = np.concatenate(list(draw(denoiser, request, device)))
        features = features_of(feature_net, images, device)
        timed = Request(tuple(i % NUM_CLASSES for i in range(plan.timed)), sampler, steps)
        took = [
            seconds(lambda d=denoiser, r=timed: _drawn(d, r, device), device)  # type: ignore[misc]
            for _ in range(plan.repeat)
        ]
        points.append(
            Point(
                sampler,
                steps,
                calls_of(sampler, steps),
                round(1000 * statistics.median(took) / plan.timed, 2),
                round((frechet_distance(moments(features, labels), whole) - extra) / floor, 2),
                round(float((digits_seen(judge_net, images, device) == labels).mean()), 4),
            )
        )
        each = SHOWN // NUM_CLASSES
        first = np.arange(NUM_CLASSES)[:, None] * plan.per_label + np.arange(each)
        shown.append(images[first.ravel()])
    seen = digits_seen(judge_net, unseen.images, device)
    about = machine(device)
    return Frontier(
        tuple(points),
        np.stack(shown),
        count,
        round(float((seen == unseen.labels).mean()), 4),
        time.strftime("%Y-%m-%d", time.gmtime()),
        f"{about['processor']}, {about['cores']} cores, on {about['device']}",
    )


def _drawn(denoiser: Denoiser, request: Request, device: str) -> Tensor:
    return final_picture(sample(denoiser, request, start_of(request, device=device)))


def _extra(
    features: Floats, labels: NDArray[np.int64], whole: Moments, count: int, draws: int = 5
) -> float:
    """The Frechet distance of `count` unseen digits: the mean over several that are drawn by lot.

    Few pictures know their covariance badly, which adds to the distance, by nearly the same amount
    for drawn and for real ones: what `count` real digits have more than all of them have is taken
    off, so that the ratio is near what 10,000 drawn digits would show. (For one setting both were
    measured: 3.65 by this from 3,000 digits, 3.58 from 10,000.)
    """
    distances = []
    for seed in range(draws):
        chosen = equally_many(labels, count // NUM_CLASSES, seed)
        distances.append(frechet_distance(moments(features[chosen], labels[chosen]), whole))
    return statistics.mean(distances)


def frontier_lines(frontier: Frontier) -> list[str]:
    """The points as the lines of a table."""
    lines = [
        "",
        f"FRONTIER  {frontier.count:,} digits each, guidance 1; Fréchet distance in times that of "
        "unseen digits, as 10,000 would show it",
        f"  {'sampler':<8}{'steps':>7}{'calls':>7}{'ms/digit':>10}{'distance':>10}{'accuracy':>10}",
    ]
    for p in frontier.points:
        lines.append(
            f"  {p.sampler:<8}{p.steps:>7}{p.calls:>7}{p.milliseconds:>10.2f}"
            f"{p.frechet_ratio:>10.2f}{p.accuracy:>10.1%}"
        )
    lines.append(f"  {'unseen':<8}{'':>24}{1:>10.2f}{frontier.unseen_accuracy:>10.1%}")
    return lines

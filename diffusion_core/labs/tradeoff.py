"""What guidance buys and what it costs, measured while one watches: fidelity against variety."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from diffusion_core.data.embedded import embedded_digits
from diffusion_core.data.mnist import load_mnist, mnist_available
from diffusion_core.errors import MnistError
from diffusion_core.measure.classifiers import (
    FeatureNet,
    JudgeNet,
    digits_seen,
    features_of,
    load_classifier,
)
from diffusion_core.pixels import to_uint8
from diffusion_core.request import Request
from diffusion_core.run import Step, reverse
from diffusion_core.service.asking import asking
from diffusion_core.service.edits import Spread
from diffusion_core.service.work import Networks, Work

SCALES = (0.0, 1.0, 1.5, 2.0, 3.0, 5.0)
COUNT = 30
"""Digits at each scale, from the same noises."""
STEPS = 10


def spread(job: Spread, networks: Networks) -> Work:
    """Draw COUNT digits of a class at each guidance scale, and measure each lot as it is done.

    A line of JSON for each: {"guidance", "count", "fidelity": the share that an independent
    classifier reads as asked, "variety": the mean distance of two of them in the space of features,
    in times that of real digits of the class, "mnist": whether those are MNIST's (else the
    repository's, which our model drew), "pictures": base64 of count x 784 bytes}. UserFacingError
    if what it is measured with cannot be used.
    """
    networks["digits"]
    real_variety(job.label)  # needs what the measuring needs: if that is missing, it is said now
    for place, scale in enumerate(SCALES, 1):

        def said(step: Step, scale: float = scale) -> list[bytes]:
            last = step.index == step.count - 1
            return [measured(to_uint8(step.x_next), job.label, scale)] if last else []

        request = Request((job.label,) * COUNT, "dpmpp", STEPS, scale, job.seed)
        then = STEPS * (len(SCALES) - place)
        yield from asking(reverse(request), "digits", said, then)


def measured(drawn: NDArray[np.uint8], label: int, guidance: float) -> bytes:
    """One line of what `spread` says, of uint8 (N, 28, 28)."""
    feature_net, judge_net = _instruments()
    apart, mnist = real_variety(label)
    line = {
        "guidance": guidance,
        "count": len(drawn),
        "fidelity": float((digits_seen(judge_net, drawn) == label).mean()),
        "variety": round(mean_distance(features_of(feature_net, drawn)) / apart, 4),
        "mnist": mnist,
        "pictures": b64encode(drawn.tobytes()).decode(),
    }
    return json.dumps(line, allow_nan=False).encode() + b"\n"


def mean_distance(features: NDArray[np.float64]) -> float:
    """The mean Euclidean distance of two different ones of (N, D)."""
    return float(torch.pdist(torch.from_numpy(features)).mean())


@cache
def real_variety(label: int) -> tuple[float, bool]:
    """`mean_distance` of real digits of a class, and whether they are MNIST's: 200 of its test
    digits, or the repository's twelve, which our own model drew."""
    digits, mnist = embedded_digits(), False
    try:
        if mnist_available():
            digits, mnist = load_mnist("test"), True
    except MnistError:
        pass  # Damaged: pages that show MNIST say so.
    chosen = digits.images[digits.places[label][:200]]
    return mean_distance(features_of(_instruments()[0], chosen)), mnist


@cache
def _instruments() -> tuple[FeatureNet, JudgeNet]:
    return load_classifier(FeatureNet), load_classifier(JudgeNet)

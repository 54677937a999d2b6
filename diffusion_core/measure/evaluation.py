"""How good are the pictures? Measured against the training set, beside real unseen digits.

No single number says it, so there are four questions:

- Do drawn and real pictures have the same distribution?  The Frechet distance of their features.
- Does each drawn picture look real, and is every real kind drawn?  Precision and density for the
  first, recall and coverage for the second.
- Is it the digit that was asked for?  What an independent classifier sees in it.
- Is it new?  The pixel distance to the nearest training picture.

A figure alone means little, so the 10,000 test digits go through the same measures: they are what
a perfect model would draw, and their figures are the floor (or ceiling) that remains.

Features are float64 (N, D), pictures uint8 (N, 28, 28) with 0 as background. Everything with N x N
distances works through them in pieces, within about 1 GB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffusion_core.data.mnist import Digits
from diffusion_core.denoiser import Denoiser
from diffusion_core.measure.classifiers import FeatureNet, JudgeNet, digits_seen, features_of
from diffusion_core.measure.nearest import nearest
from diffusion_core.prediction import Prediction
from diffusion_core.request import NUM_CLASSES
from diffusion_core.schedule import Floats

PRECISION_NEIGHBOURS = 3
"""k of improved precision and recall, as Kynkaanniemi et al. 2019 choose it."""
DENSITY_NEIGHBOURS = 5
"""k of density and coverage, as Naeem et al. 2020 choose it."""
CLOSE_PERCENTILE = 1.0
"""A drawn picture is close to a training picture if it is closer than this percentile of unseen."""
CHUNK = 500


@dataclass(frozen=True)
class Moments:
    """A set of features as a Gaussian: mean (D,) and covariance (D, D)."""

    mean: Floats
    covariance: Floats


def moments(features: Floats, labels: NDArray[np.int64] | None = None) -> Moments:
    """Mean and unbiased covariance of features (N, D). ValueError for fewer than two.

    With labels (N,), each label counts the same, however many pictures it has. MNIST has 26 % more
    ones than fives, and unweighted that alone would put a perfect model that is asked for equally
    many of each at three times the distance of the test set.
    """
    if len(features) < 2:
        raise ValueError(f"A covariance needs at least two pictures; got {len(features)}.")
    weights = np.ones(len(features)) if labels is None else 1 / np.bincount(labels)[labels]
    covariance = np.cov(features, rowvar=False, aweights=weights).reshape(2 * features.shape[1:])
    return Moments(np.average(features, axis=0, weights=weights), covariance)


def frechet_distance(a: Moments, b: Moments) -> float:
    """|mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in squared units of the features.

    (Heusel et al. 2017, arXiv:1706.08500, eq. 6, with the features of FeatureNet for Inception's.)
    S_a S_b is not symmetric, and a general matrix root of it is fragile where features are
    correlated. But S_a^(1/2) S_b S_a^(1/2) has the same eigenvalues, and is symmetric and
    non-negative: the trace of its root is the sum of their roots, singular or not.
    """
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    product = root @ b.covariance @ root
    overlap = np.sqrt(np.linalg.eigvalsh((product + product.T) / 2).clip(min=0)).sum()
    apart = np.square(a.mean - b.mean).sum()
    # Of equal Gaussians only rounding remains, which may be below zero.
    return max(0.0, float(apart + np.trace(a.covariance) + np.trace(b.covariance) - 2 * overlap))


@dataclass(frozen=True)
class Manifold:
    """Where pictures live: around each of a set, a ball that reaches to its k-th neighbour."""

    features: Tensor
    """float32 (N, D)"""
    radii: Tensor
    """(N,)"""


def manifold(features: Floats, k: int) -> Manifold:
    """The balls around features (N, D). ValueError unless there are more than k of them."""
    if len(features) <= k:
        raise ValueError(f"A {k}th neighbour needs more than {k} pictures; got {len(features)}.")
    points = torch.from_numpy(features).float()
    # Among its own set each point is its own nearest neighbour, at distance 0: hence k + 1.
    radii = [part.kthvalue(k + 1, dim=1).values for part in _distances(points, points)]
    return Manifold(points, torch.cat(radii))


def _distances(points: Tensor, others: Tensor) -> Iterator[Tensor]:
    """Euclidean distances in pieces (<= CHUNK, len(others)), computed without cancellation."""
    for part in torch.split(points, CHUNK):
        yield torch.cdist(part, others, compute_mode="donot_use_mm_for_euclid_dist")


def share_inside(features: Floats, balls: Manifold) -> float:
    """The share of features (M, D) that lie in at least one ball: 0 to 1.

    Of drawn pictures in the balls of real ones this is precision; the other way round it is recall
    (Kynkaanniemi et al. 2019, arXiv:1904.06991, eq. 1 and 2).
    """
    points = torch.from_numpy(features).float()
    parts = _distances(points, balls.features)
    return float(torch.cat([(part <= balls.radii).any(dim=1) for part in parts]).double().mean())


def density_coverage(features: Floats, balls: Manifold, k: int) -> tuple[float, float]:
    """Density and coverage of drawn features (M, D), given the k-th neighbour balls of real ones.

    Density: in how many balls a drawn picture lies, over k; about 1, and more where the drawn
    crowd together. Coverage: the share of balls with a drawn picture in them; 0 to 1. (Naeem et
    al. 2020, arXiv:2002.09797, section 3; the balls are open, as in the authors' code, so that a
    set measured against itself has density 1.)
    """
    inside = torch.zeros(len(balls.radii), dtype=torch.int64)
    for part in _distances(torch.from_numpy(features).float(), balls.features):
        inside += (part < balls.radii).sum(dim=0)
    return inside.sum().item() / (k * len(features)), float((inside > 0).double().mean())


def accuracy_per_label(
    seen: NDArray[np.int64], asked: NDArray[np.int64]
) -> tuple[float | None, ...]:
    """For each digit 0..9, how often it was seen where it was asked for; None if it never was."""
    return tuple(
        float((seen[asked == label] == label).mean()) if (asked == label).any() else None
        for label in range(NUM_CLASSES)
    )


def nearest_distances(images: NDArray[np.uint8], training: NDArray[np.uint8]) -> Floats:
    """Of each picture, the distance to the nearest training picture: float64 (N,).

    Euclidean, with pixels from 0 to 1; 0 for an exact copy.
    """
    parts = (images[first : first + CHUNK] for first in range(0, len(images), CHUNK))
    return np.concatenate([nearest(part, training).distances[:, 0] for part in parts])


@dataclass(frozen=True)
class Figures:
    """How a set of pictures compares with the training set."""

    frechet: float
    precision: float
    recall: float
    density: float
    coverage: float
    accuracy: float
    accuracy_per_label: tuple[float | None, ...]
    nearest: float
    """The median pixel distance to the nearest training picture."""
    suspiciously_near: float
    """The share that is closer to one than CLOSE_PERCENTILE of the unseen real pictures are."""


@dataclass(frozen=True)
class Report:
    """The same figures of `count` drawn pictures and of as many real ones, unseen in training."""

    count: int
    drawn: Figures
    unseen: Figures

    @property
    def frechet_ratio(self) -> float:
        """How many times as far from the training set as real digits are; 1 would be perfect."""
        return self.drawn.frechet / self.unseen.frechet


def some_of(digits: Digits, count: int, seed: int) -> Digits:
    """`count` of them by lot, or all if there are no more than that."""
    chosen = np.random.default_rng(seed).permutation(len(digits))[:count]
    return Digits(digits.images[chosen], digits.labels[chosen])


def equally_many(labels: NDArray[np.int64], each: int, seed: int) -> NDArray[np.int64]:
    """Where in labels (N,) to find `each` of every label, by lot (fewer, where there are fewer)."""
    order = np.random.default_rng(seed).permutation(len(labels))
    return np.concatenate([order[labels[order] == label][:each] for label in range(NUM_CLASSES)])


def evaluate(
    drawn: Digits,
    unseen: Digits,
    training: Digits,
    feature_net: FeatureNet,
    judge_net: JudgeNet,
    seed: int = 0,
    device: str = "cpu",
) -> Report:
    """Every figure, of the drawn pictures and of the unseen ones.

    `drawn` has equally many pictures of each label. The Frechet distance is to all training
    pictures, each label counting the same. Balls are put around as many of them as there are drawn
    pictures, by lot: precision and recall are comparable only at equal numbers.
    """
    count = len(drawn)
    training_features = features_of(feature_net, training.images, device)
    whole = moments(training_features, training.labels)
    real = training_features[equally_many(training.labels, count // NUM_CLASSES, seed)]
    tight, wide = manifold(real, PRECISION_NEIGHBOURS), manifold(real, DENSITY_NEIGHBOURS)
    unseen = some_of(unseen, count, seed)
    unseen_nearest = nearest_distances(unseen.images, training.images)
    near = float(np.percentile(unseen_nearest, CLOSE_PERCENTILE))

    def figures(digits: Digits, nearest: Floats) -> Figures:
        features = features_of(feature_net, digits.images, device)
        density, coverage = density_coverage(features, wide, DENSITY_NEIGHBOURS)
        seen = digits_seen(judge_net, digits.images, device)
        return Figures(
            frechet=frechet_distance(moments(features, digits.labels), whole),
            precision=share_inside(features, tight),
            recall=share_inside(real, manifold(features, PRECISION_NEIGHBOURS)),
            density=density,
            coverage=coverage,
            accuracy=float((seen == digits.labels).mean()),
            accuracy_per_label=accuracy_per_label(seen, digits.labels),
            nearest=float(np.median(nearest)),
            suspiciously_near=float((nearest < near).mean()),
        )

    drawn_nearest = nearest_distances(drawn.images, training.images)
    return Report(count, figures(drawn, drawn_nearest), figures(unseen, unseen_nearest))


@dataclass
class Counting:
    """A denoiser that counts the pictures it is asked about."""

    denoiser: Denoiser
    pictures: int = 0

    def __call__(self, x_t: Tensor, alpha: Floats, sigma: Floats, label: Tensor) -> Prediction:
        self.pictures += len(x_t)
        return self.denoiser(x_t, alpha, sigma, label)

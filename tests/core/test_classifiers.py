"""The two classifiers that measure: what they are shipped as, and what damaged files lead to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from diffusion_core.data.mnist import Digits, load_mnist
from diffusion_core.errors import CheckpointError
from diffusion_core.measure.classifiers import (
    CLASSIFIERS,
    FORMAT,
    Classifier,
    ClassifierTraining,
    FeatureNet,
    JudgeNet,
    classifier_path,
    digits_seen,
    distorted,
    features_of,
    load_classifier,
    save_classifier,
    train_classifier,
)

both = pytest.mark.parametrize("kind", CLASSIFIERS)


def bars(count: int) -> Digits:
    """Two kinds of picture that anyone can tell apart: 0 is a lying bar, 1 a standing one."""
    labels = np.arange(count) % 2
    images = np.zeros((count, 28, 28), np.uint8)
    images[labels == 0, 12:16, 4:24] = 255
    images[labels == 1, 4:24, 12:16] = 255
    return Digits(images, labels)


@pytest.mark.mnist
@both
def test_the_shipped_classifiers_read_unseen_digits(
    kind: type[Classifier],
) -> None:
    test = load_mnist("test")
    images, labels = test.images[:2000], test.labels[:2000]
    assert (digits_seen(load_classifier(kind), images) == labels).mean() >= 0.99


@both
def test_the_shipped_files_are_small_and_say_what_they_are(
    kind: type[Classifier],
) -> None:
    path = classifier_path(kind)
    assert path.stat().st_size < 600_000
    with safe_open(str(path), framework="pt") as file:
        metadata = file.metadata()
    assert metadata["format"] == FORMAT
    assert metadata["architecture"] == kind.__name__
    assert float(metadata["test_accuracy"]) >= 0.993
    assert "--train-classifiers" in metadata["command"]


def test_features_do_not_depend_on_how_many_pictures_are_asked_about_at_once() -> None:
    network = load_classifier(FeatureNet)
    images = np.random.default_rng(0).integers(0, 256, (1003, 28, 28), dtype=np.uint8)
    features = features_of(network, images)
    assert features.shape == (1003, 96) and features.dtype == np.float64
    assert np.isfinite(features).all() and (features >= 0).all()
    np.testing.assert_allclose(features_of(network, images[1000:]), features[1000:], atol=1e-5)


@both
def test_training_learns_and_is_the_same_every_time(
    kind: type[Classifier],
) -> None:
    digits, config = bars(40), ClassifierTraining(epochs=6, batch_size=10)
    runs = []
    for _ in range(2):
        torch.rand(1)  # What others draw from the global generator must not matter.
        steps = list(train_classifier(kind, digits, config))
        runs.append((steps[-1][0].state_dict(), [loss for _, loss in steps]))
    (weights, losses), (weights_again, losses_again) = runs
    assert losses == losses_again and losses[-1] < losses[0] / 2
    assert all(torch.equal(weights[name], weights_again[name]) for name in weights)


def test_distortion_moves_the_stroke_and_keeps_the_background() -> None:
    x = torch.full((64, 1, 28, 28), -1.0)
    x[:, :, 10:18, 10:18] = 1.0
    y = distorted(x, torch.Generator().manual_seed(0))
    assert y.shape == x.shape
    assert y.min() >= -1 and y.max() <= 1
    assert (y[:, :, 0, :] == -1).all() and (y[:, :, :, -1] == -1).all()
    assert len({tuple(picture) for picture in y.flatten(1).tolist()}) == 64
    ink, ink_before = (y + 1).sum(dim=(1, 2, 3)), (x + 1).sum(dim=(1, 2, 3))
    assert (ink / ink_before).min() > 0.75 and (ink / ink_before).max() < 1.3


@both
def test_what_is_saved_is_what_is_loaded(kind: type[Classifier], tmp_path: Path) -> None:
    network = kind().eval()
    images = bars(4).images
    save_classifier(network, 0.5, tmp_path)
    loaded = load_classifier(kind, tmp_path)
    assert not loaded.training
    assert not any(parameter.requires_grad for parameter in loaded.parameters())
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)
    np.testing.assert_array_equal(digits_seen(loaded, images), digits_seen(network, images))


def test_a_missing_file_says_how_to_get_it_back(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="--train-classifiers"):
        load_classifier(FeatureNet, tmp_path)


@pytest.mark.parametrize("kept", [0, 5, 1000])
def test_a_truncated_file_is_damaged(tmp_path: Path, kept: int) -> None:
    path = save_classifier(JudgeNet(), 0.5, tmp_path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="damaged"):
        load_classifier(JudgeNet, tmp_path)


def test_the_other_network_under_this_name_is_told_apart(tmp_path: Path) -> None:
    save_classifier(JudgeNet(), 0.5, tmp_path).rename(classifier_path(FeatureNet, tmp_path))
    with pytest.raises(CheckpointError, match="does not hold a FeatureNet"):
        load_classifier(FeatureNet, tmp_path)


@pytest.mark.parametrize("fault", ["shape", "missing", "extra", "nan"])
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, fault: str) -> None:
    tensors = {name: tensor.contiguous() for name, tensor in FeatureNet().state_dict().items()}
    expected = "does not fit"
    if fault == "shape":
        tensors["leave.weight"] = torch.zeros(10, 64)
    elif fault == "missing":
        del tensors["leave.bias"]
    elif fault == "extra":
        tensors["another"] = torch.zeros(1)
    else:
        tensors["leave.bias"] = torch.full((10,), torch.nan)
        expected = "not finite"
    metadata = {"format": FORMAT, "architecture": "FeatureNet"}
    save_file(tensors, str(classifier_path(FeatureNet, tmp_path)), metadata=metadata)
    with pytest.raises(CheckpointError, match=expected):
        load_classifier(FeatureNet, tmp_path)

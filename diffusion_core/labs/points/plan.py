"""What a training in the plane does and tells, in numbers and without torch.

It is carried out here (learning.py, snapshots.py) and in the reader's own tab, which is sent a plan
(pages/labs/points/tab/): the tab knows no schedule, no sampler and no data set by name.

What the page is sent of a training is a head, then snapshots, all of one size:

    head       one line of JSON: see `head`; then the training points that are shown, (D, 2) int16
    snapshot   the arrays of `LAYOUT`, one after another, little-endian

The first snapshot is that of the ideal denoiser of the training points, the best that any network
could do on them; then come those of the network, from before its first step to after its last.
Coordinates are whole numbers: 32767 stands for PLANE in paths and data, 127 for FIELD in fields.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffusion_core.files.tables import as_array
from diffusion_core.labs.points.datasets import FUZZ, REACH, points_of
from diffusion_core.labs.points.settings import EMPTY, FULL, PointSettings
from diffusion_core.samplers import SAMPLERS, levels_at, time_grid
from diffusion_core.schedule import Floats, alpha_sigma, make_schedule
from diffusion_core.training_config import TrainingConfig

BATCH = 512
ADAM_SHARE = 0.2
"""The rate of AdamW as a share of Muon's."""
PROBE_STEP = 2**31
"""No training takes so many steps: of its times and noise is what the loss by level is told of."""
SAMPLER = "dpmpp"
SAMPLES = 256
STEPS = 14
"""Of the sampler; with few noise levels, as many as there are levels."""
GRID_POWER = 1.5
"""Of its times: points have fine shapes, and want short steps at the clean end."""
PLANE = 4.0
FIELD = 2.4
FIELD_SIDE = 15
FIELD_TIMES = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
BINS = 10
"""Equal parts of the time from 0 to 1, of each of which the loss is told."""
PER_BIN = 60
SHOWN = 1000
"""Training points that the page is sent."""
NEAR = 0.1
"""So close to a point of the shape, a sample counts as on it ..."""
COPY = 0.05
"""... and so close to a training point, as a copy of it."""
DIVERGED = (
    "After {step} steps the loss is no longer a number: the learning rate {rate} is too high. "
    "Choose a smaller one and train again."
)
"""What the reader is told then."""
NUMBERS = ("step", "loss", "on", "reached", "copied")


def config_of(settings: PointSettings) -> TrainingConfig:
    """How the network is trained. The average follows quickly: a run is a few hundred steps."""
    return TrainingConfig(
        steps=settings.steps,
        batch_size=BATCH,
        learning_rate=settings.learning_rate,
        adam_rate=ADAM_SHARE * settings.learning_rate,
        warmup=20,
        decay=0.3,
        label_dropout=0.0,
        ema_gamma=5.0,
        seed=settings.seed,
    )


def moments(settings: PointSettings) -> list[int]:
    """After which steps a snapshot is taken: often at first, when most is learned, and at the end.

    They follow from the settings and not from the clock, so that the same training has the same
    snapshots on any machine. A step of a wide network takes longer, so it has more of them.
    """
    pace = {256: 2, 128: 4}.get(settings.width, 8)
    early = [*range(0, 24, 2), *range(24, 64, 4)]
    wanted = sorted({*early, *range(64, settings.steps, pace), settings.steps})
    return [step for step in wanted if step <= settings.steps]


def sampling_times(settings: PointSettings) -> Floats:
    """The times that the sampler visits, falling from 1 to 0: only trained ones, and the end."""
    wished = time_grid(STEPS, GRID_POWER)
    if not settings.levels:
        return wished
    steps = np.unique(np.rint(wished * settings.levels))[::-1]
    if settings.levels <= STEPS:
        steps = np.arange(settings.levels, -1, -1)
    return np.asarray(steps / settings.levels, dtype=np.float64)


def layout(settings: PointSettings) -> list[tuple[str, str, int]]:
    """The arrays of a snapshot: name, type, how many numbers."""
    return [
        ("numbers", "float32", len(NUMBERS)),
        ("levels", "float32", BINS),
        ("paths", "int16", len(sampling_times(settings)) * SAMPLES * 2),
        ("field", "int8", len(FIELD_TIMES) * FIELD_SIDE**2 * 2),
    ]


def head(settings: PointSettings) -> dict[str, Any]:
    """What the page must know to read what follows."""
    times = sampling_times(settings)
    alpha, sigma = alpha_sigma(make_schedule(settings.schedule), times)
    return {
        "frames": len(moments(settings)),
        "steps": settings.steps,
        "layout": layout(settings),
        "numbers": NUMBERS,
        "data": min(settings.count, SHOWN),
        "times": times.tolist(),
        "alpha": alpha.tolist(),
        "sigma": sigma.tolist(),
        "samples": SAMPLES,
        "plane": PLANE,
        "field": {"reach": FIELD, "side": FIELD_SIDE, "times": FIELD_TIMES},
    }


def schedule_angles(name: str) -> Floats:
    """A schedule as its angles at evenly spaced times from 0 to 1, between which it is straight:
    two for the cosine's, and one for each step of DDPM's."""
    count = 1 if name == "cosine" else 1000
    return make_schedule(name).angle(np.arange(count + 1) / count)


def plan(settings: PointSettings) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """A whole training, for the tab: what JSON can hold, and arrays.

    Of a drawing the points are not known here: the tab finds them along its strokes (`drawing`).
    """
    drawn = settings.shape == "drawing"
    facts = {
        "config": asdict(config_of(settings)),
        "width": settings.width,
        "told": settings.told,
        "levels": settings.levels,
        "only": settings.only,
        "count": settings.count,
        "moments": moments(settings),
        "head": head(settings),
        "near": NEAR,
        "copy": COPY,
        "shown": SHOWN,
        "bins": BINS,
        "perBin": PER_BIN,
        "probe": PROBE_STEP,
        "diverged": DIVERGED.replace("{rate}", f"{settings.learning_rate:g}"),
        "drawing": {"reach": REACH, "blur": FUZZ, "empty": EMPTY, "full": FULL} if drawn else None,
    }
    table = SAMPLERS[SAMPLER](levels_at(sampling_times(settings), make_schedule(settings.schedule)))
    arrays: dict[str, NDArray[Any]] = {
        "angles": schedule_angles(settings.schedule),
        "table": as_array(table),
    }
    if not drawn:
        arrays["points"] = points_of(settings).astype(np.float32)
        arrays["fresh"] = points_of(settings, SHOWN, draw=1).astype(np.float32)
    return facts, arrays

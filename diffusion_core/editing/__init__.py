"""Working on pictures: methods that lead the samplers, and are led like them.

Each is a sampler (a dialogue that asks about noisy pictures, samplers.py), a guide (what is asked
about each, guidance.py) or a start for a run (run.py); all end in the same frozen Steps, so
whatever shows, records or measures the reverse process does so for these, too.
"""

from diffusion_core.editing.between import Blend, slerp, start_noise, stops_between
from diffusion_core.editing.encoding import encoded_between
from diffusion_core.editing.inpainting import repair
from diffusion_core.editing.resampling import resampling
from diffusion_core.editing.restoring import Restoration, clean, restore
from diffusion_core.editing.sketch import run_from

__all__ = [
    "Blend",
    "Restoration",
    "clean",
    "encoded_between",
    "repair",
    "resampling",
    "restore",
    "run_from",
    "slerp",
    "start_noise",
    "stops_between",
]

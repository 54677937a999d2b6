"""GET /api/sound: notes, streamed step by step as the model makes them.

The body is a recording (diffusion_core/labs/sound/recording.py), sent as it grows (streaming.py).
"""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.errors import RequestError
from diffusion_core.labs.sound.job import MAX_SOUND_STEPS, STEPS, Melody
from diffusion_core.labs.sound.melody import parse
from diffusion_core.request import MAX_SEED
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.shared.address import refuse_unusable
from pages.stage import inference
from quizzes.parameters import Whole, one_of, table

SEED = Whole("seed", 0, MAX_SEED)
NOTE_STEPS = Whole("steps", 1, MAX_SOUND_STEPS, STEPS)
KEEP = one_of("keep", ["ends", "all"])
ASKED = table(SEED, NOTE_STEPS, KEEP)


async def sound(request: HttpRequest) -> Response:
    """Parameters: melody (letters, see sound/melody.py), seed, steps, keep: "all" steps, of a
    single note, or the noise and the finished notes, "ends"."""
    asked = request.query_params
    refuse_unusable(asked, ASKED)
    if len(asked.get("melody", "")) > 500:
        raise RequestError("This melody is far too long: write up to 16 notes.")
    slots = parse(asked.get("melody", ""))
    all_steps = KEEP.of(asked) == "all"
    job = Melody(slots, NOTE_STEPS.of(asked), SEED.of(asked), all_steps)
    if all_steps and job.width > 1:
        raise RequestError("All steps can be kept of one note only: ask for keep=ends.")
    return await streamed(inference.service, job, visitor_of(request))

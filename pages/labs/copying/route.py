"""What the lab "Is it copying?" fetches.

GET /api/ideal?digit&seed&n&steps: what the ideal denoiser of the training set draws from the same
noises, as a recording. GET /api/copies?digit&seed&guidance&n&steps: of what the model draws, and of
what the ideal denoiser draws, the nearest training pictures, as JSON: {"drawn": ..., "ideal": ...},
each as of diffusion_core/labs/copying.py.
"""

from __future__ import annotations

import asyncio
import json

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.files.frames import read_recording
from diffusion_core.service.edits import Nearest
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.labs.copying.scene import CopySettings, IdealLane
from pages.stage import inference


async def ideal(request: HttpRequest) -> Response:
    """Parameters as of CopySettings; guidance means nothing here."""
    settings = CopySettings.parse(dict(request.query_params))
    return await streamed(inference.service, IdealLane(settings).job(), visitor_of(request))


async def copies(request: HttpRequest) -> Response:
    """Parameters as of CopySettings. What the stage has had drawn already is not drawn again."""
    settings = CopySettings.parse(dict(request.query_params))
    label, who = int(settings.digit), visitor_of(request)
    jobs = inference.drawing(settings.drawn()), IdealLane(settings).job()
    recordings = [read_recording(await inference.service.whole(job, who)) for job in jobs]
    answers = await asyncio.gather(
        *(
            inference.service.whole(Nearest(run.finished.tobytes(), label), who)
            for run in recordings
        )
    )
    both = dict(zip(("drawn", "ideal"), map(json.loads, answers), strict=True))
    return Response(json.dumps(both), media_type="application/json")

"""GET /api/guess: what the model makes of one digit at every noise level, as a bundle."""

from __future__ import annotations

import numpy as np
from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from diffusion_core.files.bundle import bundle
from diffusion_core.request import GUESS_LEVELS, IMAGE_SIZE
from diffusion_core.service.jobs import Guess
from pages.http.visitors import visitor_of
from pages.shared.address import refuse_unusable
from pages.stage import inference
from pages.stage.forward import ForwardSettings, picture
from quizzes.parameters import Whole, table


async def guess(request: HttpRequest) -> Response:
    """Parameters as on the forward page: digit, which, seed, schedule; and told, if the
    picture is to stay as it is at that step while the model is told every other one."""
    # Reading MNIST takes a moment the first time.
    job = await to_thread.run_sync(_job, dict(request.query_params))
    answer = await inference.service.whole(job, visitor_of(request))
    return Response(guess_bundle(answer), media_type="application/octet-stream")


def _job(texts: dict[str, str]) -> Guess:
    settings = ForwardSettings.parse(texts)
    name = settings.schedule.partition("-")[0]
    told = Whole("told", 0, settings.steps)
    refuse_unusable(texts, table(told))
    about = told.of(texts) / settings.steps if told.name in texts else None
    return Guess(
        picture(settings).tobytes(), settings.noise().tobytes(), name, settings.steps, about
    )


def guess_bundle(answer: bytes) -> bytes:
    """The worker's answer to a Guess, as the stage reads it."""
    size = GUESS_LEVELS * IMAGE_SIZE**2
    x0_hat, eps_hat = np.frombuffer(answer, np.uint8, 2 * size).reshape(2, GUESS_LEVELS, -1)
    error = np.frombuffer(answer, np.float32, offset=2 * size)
    return bundle({"levels": GUESS_LEVELS}, {"x0_hat": x0_hat, "eps_hat": eps_hat, "error": error})

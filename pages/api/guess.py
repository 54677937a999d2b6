"""GET /api/guess: what the model makes of one digit at every noise level, as a bundle."""

from __future__ import annotations

import functools

import numpy as np
from anyio import to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import UserFacingError
from pages.components import model
from pages.components.digits import source
from pages.components.forward_scene import ForwardSettings, picture
from pages.components.stage.bundle import bundle


async def guess(request: HttpRequest) -> Response:
    """Parameters as on the forward page: digit, which, seed, schedule."""
    try:
        settings = ForwardSettings.parse(dict(request.query_params))
        body = await to_thread.run_sync(guess_bundle, settings)
    except UserFacingError as error:
        return PlainTextResponse(str(error), status_code=400)
    return Response(body, media_type="application/octet-stream")


@functools.lru_cache(maxsize=64)
def _guess_bundle(settings: ForwardSettings, mnist: bool) -> bytes:
    import torch

    from diffusion_core.guessing import LEVELS, guess_along
    from diffusion_core.pixels import to_model

    eps = torch.from_numpy(settings.noise())[None, None]
    x_0 = to_model(picture(settings)[None])
    network = model.denoiser()
    with model.turn:
        answers = guess_along(network, x_0, eps, settings.make_schedule())
    flat = (LEVELS, -1)
    return bundle(
        {"levels": LEVELS},
        {
            "x0_hat": answers.x0_hat.reshape(flat),
            "eps_hat": answers.eps_hat.reshape(flat),
            "error": answers.error.astype(np.float32),
        },
    )


def guess_bundle(settings: ForwardSettings) -> bytes:
    """The answers for these settings, computed once; anew when MNIST has arrived meanwhile."""
    return _guess_bundle(settings, source().mnist)

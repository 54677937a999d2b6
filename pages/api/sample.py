"""GET /api/sample: the reverse process, streamed frame by frame as the model computes it.

The body is a recording (diffusion_core.recording), sent as it grows. Hanging up stops the model
after the step it is in. At most RUNNING requests advance at once, a step at a time in turn;
further ones wait for a place, and past WAITING a request is turned away with a sentence.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from diffusion_core.errors import UserFacingError
from pages.components import model
from pages.components.reverse_scene import ReverseSettings

if TYPE_CHECKING:
    from diffusion_core.samplers import Step

RUNNING = 8
WAITING = 64

_pool = ThreadPoolExecutor(RUNNING, thread_name_prefix="sampler")
_active = 0


async def sample(request: HttpRequest) -> Response:
    """Parameters as on the reverse page: digit, seed, sampler, steps, guidance, n."""
    global _active
    try:
        settings = ReverseSettings.parse(dict(request.query_params))
        # Fail before the stream begins if there is no model to run.
        await asyncio.get_running_loop().run_in_executor(None, model.denoiser)
    except UserFacingError as error:
        return PlainTextResponse(str(error), status_code=400)
    if _active >= RUNNING + WAITING:
        return PlainTextResponse(
            "Very many people are drawing just now: please try again in a moment.", status_code=503
        )
    _active += 1
    return StreamingResponse(
        _stream(settings),
        media_type="application/octet-stream",
        # "identity" keeps compression, which would hold frames back, away from the stream.
        headers={"Content-Encoding": "identity", "Cache-Control": "no-store"},
    )


async def _stream(settings: ReverseSettings) -> AsyncIterator[bytes]:
    global _active
    loop = asyncio.get_running_loop()
    frames: asyncio.Queue[bytes | None] = asyncio.Queue()
    gone = threading.Event()

    def work() -> None:
        try:
            for frame in recording(settings, gone):
                loop.call_soon_threadsafe(frames.put_nowait, frame)
        except RuntimeError:
            pass  # The server is shutting down: there is no loop to tell any more.
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(frames.put_nowait, None)

    try:
        _pool.submit(work)
        while (frame := await frames.get()) is not None:
            yield frame
    finally:
        gone.set()
        _active -= 1


def recording(settings: ReverseSettings, gone: threading.Event) -> Iterator[bytes]:
    """The frames of a run, computed as they are asked for, until `gone` is set."""
    from diffusion_core import samplers
    from diffusion_core.recording import record

    request = settings.request()
    network = model.denoiser()

    def in_turn() -> Iterator[Step]:
        steps = samplers.sample(network, request)
        while not gone.is_set():
            with model.turn:
                step = next(steps, None)
            if step is None:
                return
            yield step
        raise _HungUp

    try:
        yield from record(request, in_turn(), settings.every)
    except _HungUp:
        return


class _HungUp(Exception):
    """Nobody is waiting for the pictures any more."""

"""The lab in which visitors train a model of their own.

POST /api/train         a run, streamed as events (labs/own/learning.py) as it happens
POST /api/train/stop    brings a run to its end within seconds
GET  /api/own.zip       the weights of a finished one, with their card

Hanging up ends a run, too, but without a model.
"""

from __future__ import annotations

import hashlib
import io
import zipfile

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from diffusion_core.errors import RequestError
from diffusion_core.labs.own.job import EndTraining, TrainingDigits
from diffusion_core.service.visitor import Visitor
from pages.http.streaming import streamed
from pages.http.visitors import visitor_of
from pages.shared import own_models
from pages.shared import services as studio
from quizzes.numerals import whole_of


async def train(request: HttpRequest) -> Response:
    """Parameters: run (a token that the page makes up), digits, seconds, seed."""
    texts = request.query_params
    usual = TrainingDigits
    try:
        numbers = {name: whole_of(texts[name]) for name in ("seconds", "seed") if name in texts}
    except ValueError as error:
        raise RequestError("seconds and seed must be whole numbers.") from error
    job = TrainingDigits(
        texts.get("run", ""),
        str(own_models.shelf().folder),
        texts.get("digits", usual.digits),
        **numbers,
        owner=_owner(visitor_of(request)),
    )
    return await streamed(studio.digits, job, visitor_of(request))


async def stop(request: HttpRequest) -> Response:
    """Parameter: run. Answers "told", or "over" if there is no such run under way."""
    job = EndTraining(request.query_params.get("run", ""))
    answer = b"over" if studio.digits.idle else await studio.digits.whole(job, visitor_of(request))
    return PlainTextResponse(answer)


async def weights(request: HttpRequest) -> Response:
    """Parameter: model, its name. 400 with one sentence if it is not kept any more."""
    name = request.query_params.get("model", "")
    path = own_models.shelf().path_of(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in (path, path.with_suffix(".json")):
            archive.write(part, f"my-digits-{name}/digits{part.suffix}")
    headers = {"Content-Disposition": f'attachment; filename="my-digits-{name}.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)


def _owner(visitor: Visitor) -> str:
    """A visitor as the shelf knows him. The cookie itself is not for the disk."""
    return hashlib.sha256(visitor.name.encode()).hexdigest()[:16]

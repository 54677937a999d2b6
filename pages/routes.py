"""All of the routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.engine.route import engine_file
from pages.exports.diagram_route import diagram
from pages.exports.order import TYPES
from pages.exports.qr_route import qr
from pages.exports.route import export
from pages.frame.fonts.faces import font_file
from pages.http.modules import script
from pages.http.plainly import Answer, while_wanted
from pages.labs.copying.route import copies, ideal
from pages.labs.editing.route import edit
from pages.labs.generate.route import spread
from pages.labs.one_step.route import levels, step
from pages.labs.own.route import stop, train, weights
from pages.labs.points.route import points
from pages.labs.sound.route import sound
from pages.lesson.formula.route import check
from pages.stage.guess_route import guess
from pages.stage.sample_route import sample


def nothing_there(request: HttpRequest) -> Response:
    """What is asked for where there is nothing: Streamlit would answer with its page."""
    known = any(route.path == request.url.path for route in ROUTES)
    if known:
        other = "POST" if request.method == "GET" else "GET"
        return PlainTextResponse(f"Ask for this by {other}.", status_code=405)
    return PlainTextResponse("There is nothing at this address.", status_code=404)


POST = ["POST"]
"""What begins or ends a training. Addresses that only show something are fetched by GET."""


def _route(path: str, answer: Answer, methods: list[str] | None = None) -> Route:
    return Route(path, while_wanted(answer), methods=methods)


ROUTES = [
    _route("/api/check", check),
    _route("/api/copies", copies),
    _route("/api/diagram.svg", diagram),
    _route("/api/edit", edit),
    *(_route(f"/api/export.{kind}", export) for kind in TYPES),
    _route("/api/guess", guess),
    _route("/api/own.zip", weights),
    _route("/api/points", points, POST),
    _route("/api/ideal", ideal),
    _route("/api/qr", qr),
    _route("/api/levels", levels),
    _route("/api/sample", sample),
    _route("/api/spread", spread),
    _route("/api/step", step),
    _route("/api/sound", sound),
    _route("/api/train", train, POST),
    _route("/api/train/stop", stop, POST),
    Route("/js/{version}/{path:path}", script),
    Route("/engine/{version}/{name}", engine_file),
    Route("/fonts/{file}", font_file),
    Route("/api/{rest:path}", nothing_there, methods=[*POST, "GET", "PUT", "DELETE"]),
]

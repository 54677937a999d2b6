"""All of the routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.routing import Route

from pages.api.check import check
from pages.api.diagram import diagram
from pages.api.edit import edit
from pages.api.export import TYPES, export
from pages.api.guess import guess
from pages.api.points import points
from pages.api.qr import qr
from pages.api.sample import sample
from pages.api.sound import sound

ROUTES = [
    Route("/api/check", check),
    Route("/api/diagram.svg", diagram),
    Route("/api/edit", edit),
    *(Route(f"/api/export.{kind}", export) for kind in TYPES),
    Route("/api/guess", guess),
    Route("/api/points", points),
    Route("/api/qr", qr),
    Route("/api/sample", sample),
    Route("/api/sound", sound),
]

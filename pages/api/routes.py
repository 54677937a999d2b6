"""All of the routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.routing import Route

from pages.api.check import check
from pages.api.diagram import diagram
from pages.api.export import TYPES, export
from pages.api.guess import guess
from pages.api.qr import qr
from pages.api.sample import sample

ROUTES = [
    Route("/api/check", check),
    Route("/api/diagram.svg", diagram),
    *(Route(f"/api/export.{kind}", export) for kind in TYPES),
    Route("/api/guess", guess),
    Route("/api/qr", qr),
    Route("/api/sample", sample),
]

"""All of the routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.routing import Route

from pages.api.check import check
from pages.api.guess import guess
from pages.api.sample import sample

ROUTES = [Route("/api/check", check), Route("/api/guess", guess), Route("/api/sample", sample)]

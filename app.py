"""The ASGI application: `streamlit run app.py` or `uvicorn app:app`.

Streamlit's script is pages/navigation.py. Around it stand the routes that stream pictures to the
stage, the security headers, and what happens once at start.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from diffusion_core.data.mnist import remove_half_downloaded
from pages.frame.early import early
from pages.frame.fonts import faces
from pages.frame.look import STYLE
from pages.http.early_page import EarlyPage
from pages.http.light_files import LightFiles
from pages.http.nearest import NearestPage
from pages.http.origin import OwnPagesOnly
from pages.http.pace import FairPace
from pages.http.plainly import HANDLERS
from pages.http.preloads import links
from pages.http.security import SecurityHeaders
from pages.http.uploads import FairUploads
from pages.http.visitors import Visitors
from pages.routes import ROUTES
from pages.server.mishaps import InASentence
from pages.server.steady import steady
from pages.shared import services as studio
from pages.shared.digits import download
from pages.stage import inference


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the model's process, and look for MNIST unless FOG_OFFLINE is set."""
    remove_half_downloaded()
    await inference.service.start()
    await studio.start()
    async with steady(stop):
        # What has been imported stays: the garbage collector need not look through it again.
        gc.collect()
        gc.freeze()
        preparing = asyncio.create_task(inference.prepare_favourites())
        if not os.environ.get("FOG_OFFLINE"):
            download.start()
        yield
        preparing.cancel()


async def stop() -> None:
    """End all work; whoever waits for it is told."""
    await inference.service.stop()
    await studio.stop()


app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    lifespan=lifespan,
    routes=ROUTES,
    exception_handlers=HANDLERS,
    middleware=[
        Middleware(InASentence),
        Middleware(SecurityHeaders, ours=early()),
        Middleware(OwnPagesOnly),
        Middleware(LightFiles),
        Middleware(Visitors),
        Middleware(FairPace),
        Middleware(FairUploads),
        Middleware(NearestPage),
        Middleware(EarlyPage, style=faces.style() + STYLE, body=early(), head=links),
    ],
)

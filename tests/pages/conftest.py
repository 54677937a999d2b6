"""Pages without a browser: Streamlit's AppTest, and the app's own routes over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from pages.http.plainly import HANDLERS
from pages.http.security import SecurityHeaders
from pages.routes import ROUTES
from pages.shared import services as studio
from pages.stage import inference
from tests.pages.installed import look_once

look_once()
ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def open_page() -> Open:
    """Run a page as a visitor with this address would: open_page("forward", seed="3")."""

    def run(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=30)
        if page == "deep_dive":  # Its address is not the name of its file: AppTest has to learn it.
            app.run()
        for name, value in query.items():
            app.query_params[name] = value
        if page == "home":
            return app.run()
        return app.switch_page(f"{page}.py").run()

    return run


@pytest.fixture
def without_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which there is no MNIST."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path))


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The app's own routes, as served, with the model behind them."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await inference.service.start()
        await studio.start()
        yield
        await inference.service.stop()
        await studio.stop()

    app = Starlette(
        routes=ROUTES,
        exception_handlers=HANDLERS,
        middleware=[Middleware(SecurityHeaders)],
        lifespan=lifespan,
    )
    with TestClient(app) as client:
        yield client

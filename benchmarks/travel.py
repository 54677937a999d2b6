"""What a visit sends, and how long it takes on a phone with mobile data: a first and a second one.

The phone is Chromium's own profile of one: 1.6 Mbit/s and 150 ms, a processor four times slower
than this machine's, which has to run the server as well. So times depend on what else this machine
does; kilobytes and requests do not.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.chromium import launched
from benchmarks.server import running_app
from benchmarks.timing import Say, spread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PROBE = Path(__file__).with_name("travel.js")
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
SLOWER = 4
SCREEN: Any = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
PATIENCE = 180_000
"""Milliseconds."""
AFTERWARDS = 4_000
"""Milliseconds in which a usable page fetches what is further down."""


@dataclass(frozen=True)
class TravelPlan:
    """How often to visit, and where."""

    repeat: int = 5
    path: str = "/reverse"


@dataclass
class Load:
    """What went over the network so far, as the browser tells it; headers of answers included."""

    kilobytes: float = 0.0
    requests: int = 0
    """Those that left the browser."""
    _kept: set[str] = field(default_factory=set)
    _deflated: bool = False
    _deflater: Any = field(default_factory=lambda: zlib.compressobj(6, zlib.DEFLATED, -12, 5))

    def listen(self, session: Any) -> None:
        session.on("Network.requestServedFromCache", lambda event: self._kept.add(_id(event)))
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketHandshakeResponseReceived", self._opened)
        session.on("Network.webSocketFrameReceived", self._message)

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer.get("fromDiskCache") or not answer["url"].startswith("http"):
            self._kept.add(_id(event))
        elif _id(event) not in self._kept:
            self.requests += 1

    def _finished(self, event: dict[str, Any]) -> None:
        if _id(event) not in self._kept:
            self.kilobytes += event["encodedDataLength"] / 1000

    def _opened(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self._deflated = "permessage-deflate" in headers.get("sec-websocket-extensions", "")

    def _message(self, event: dict[str, Any]) -> None:
        """The browser tells what a message says; how many bytes it travelled as is computed here,
        with uvicorn's settings."""
        message = event["response"]
        said = message["payloadData"]
        content = base64.b64decode(said) if message["opcode"] == 2 else said.encode()
        if self._deflated:
            content = self._deflater.compress(content) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
        self.kilobytes += len(content) / 1000


def _id(event: dict[str, Any]) -> str:
    return str(event["requestId"])


def measure_travel(plan: TravelPlan, say: Say) -> dict[str, Any]:
    """Medians of the first and the second visit. CannotMeasureError without Chromium."""
    visits: dict[str, list[dict[str, float]]] = {"first": [], "second": []}
    with launched() as browser, running_app() as app:
        # Whoever comes first after a start also waits for what the server does only once.
        with _phone(browser) as context:
            _visit(context, app.address + plan.path)
        for number in range(plan.repeat):
            say(f"Travel: visits {number + 1} of {plan.repeat}.")
            with _phone(browser) as context:
                for found in visits.values():
                    found.append(_visit(context, app.address + plan.path))
    return {"path": plan.path} | {
        which: {name: asdict(spread([one[name] for one in found])) for name in found[0]}
        for which, found in visits.items()
    }


@contextmanager
def _phone(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has kept nothing yet."""
    context = browser.new_context(**SCREEN)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(PROBE.read_text("utf-8"))
    try:
        yield context
    finally:
        context.close()


def _visit(context: BrowserContext, address: str) -> dict[str, float]:
    """One visit: seconds, kilobytes and requests."""
    load = Load()
    page = context.new_page()
    session: Any = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    load.listen(session)
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => 'usable' in window.fogTravel", polling=100)
    before = {"kilobytes": load.kilobytes, "requests": float(load.requests)}
    page.wait_for_timeout(AFTERWARDS)
    times: dict[str, float] = page.evaluate("window.fogTravel")
    page.close()
    return (
        {name: milliseconds / 1000 for name, milliseconds in times.items()}
        | before
        | {"all_kilobytes": load.kilobytes, "all_requests": float(load.requests)}
    )

"""Many visitors at once: `python -m tests.load [--visitors 1 10 50 100 200]`.

Starts the app and walks through it as browsers do, over real WebSocket sessions (Streamlit's own
protocol) and the stage's own requests:

- RUSH: n visitors open the reverse page, and then each asks for one digit of ten steps, all at the
  same moment and each with a seed of its own, so that nothing can be shared.
- LESSON: n visitors have the lesson open; twenty of them (or all, if fewer) click through its
  pages and have the server draw, as those do whose tab cannot, each again as soon as the last
  answer has come.
- GREED (`--greed`): n visitors click through the lesson, first among themselves, then beside one
  who asks for everything at once, again and again. The ratios of their medians are what counts.

Prints latencies in seconds, pictures per second, and the memory of the server and of its worker.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import time
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.server import App, memory_of, running_app

PAGES = ("", "forward", "reverse")
CLICKING = 20
SECONDS = 15.0
"""How long the lesson is clicked through."""
ROUNDS = 3
"""How often they click through it, each time alone and then beside one who is greedy: the machine
may be slower at one time than at another."""
PATIENCE = 120.0


@dataclass
class Visitor:
    """One open tab: a session, and what its clicks took."""

    socket: ClientConnection
    address: str
    cookie: str
    """By which the server knows this visitor from the others (pages/http/visitors.py)."""
    actions: list[float] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    """What pages showed of what went wrong inside."""

    async def act(self, page: str) -> None:
        """Open a page, and wait until the script has answered."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = ""
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                said = ForwardMsg()
                said.ParseFromString(bytes(await self.socket.recv(decode=False)))
                kind = said.WhichOneof("type")
                if kind == "delta" and said.delta.new_element.HasField("exception"):
                    self.tracebacks.append(said.delta.new_element.exception.message)
                if kind == "script_finished":
                    break
        self.actions.append(time.perf_counter() - began)

    async def generate(self, **settings: object) -> Drawn:
        """Ask for pictures as the stage does, and read them to the end."""
        url = urlsplit(self.address)
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        query = urlencode({name: str(value) for name, value in settings.items()})
        # HTTP/1.0: the body ends where the connection does, so nothing needs decoding.
        head = f"GET /api/sample?{query} HTTP/1.0\r\nHost: {url.netloc}\r\nCookie: {self.cookie}"
        writer.write(f"{head}\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE):
            status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
            waited, first, frames = 0, None, 0
            while status == 200:
                note = json.loads(await reader.readuntil(b"\n"))
                waited = max(waited, note.get("before", 0))
                if "frames" in note:
                    frames = note["frames"]
                    break
            size = 24 + len(note["request"]["labels"]) * 3 * 784 if frames else 0
            for _ in range(frames):
                await reader.readexactly(size)
                first = first or time.perf_counter() - began
        writer.close()
        return Drawn(status, first or 0.0, time.perf_counter() - began, waited)


@dataclass(frozen=True)
class Drawn:
    """What became of a request for pictures. Times in seconds from asking."""

    status: int
    first: float
    whole: float
    waited_behind: int


async def enter(address: str, stack: AsyncExitStack) -> Visitor:
    """Open a tab on the first page."""
    url = address.replace("http", "ws") + "/_stcore/stream"
    cookie = await asyncio.to_thread(cookie_from, address)
    socket = await stack.enter_async_context(
        connect(
            url,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": cookie},
            max_size=None,
            open_timeout=PATIENCE,
        )
    )
    visitor = Visitor(socket, address, cookie)
    await visitor.act("")
    return visitor


def cookie_from(address: str) -> str:
    """What the first page gives a browser to be known by."""
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        return str(answer.headers["Set-Cookie"]).partition(";")[0]


async def rush(visitors: list[Visitor]) -> list[Drawn]:
    """Everybody asks for one digit of ten steps at once."""
    seeds = random.Random(time.time_ns()).sample(range(2**30), len(visitors))
    asked = [
        visitor.generate(digit=i % 10, steps=10, n=1, seed=seed)
        for i, (visitor, seed) in enumerate(zip(visitors, seeds, strict=True))
    ]
    return await asyncio.gather(*asked)


async def lesson(visitors: list[Visitor], seconds: float) -> list[Drawn]:
    """Some click through the pages for a while; the others have them open."""
    for visitor in visitors:
        visitor.actions.clear()
    until = time.perf_counter() + seconds
    drawn: list[Drawn] = []

    async def click_through(visitor: Visitor, rng: random.Random) -> None:
        while time.perf_counter() < until:
            for page in PAGES:
                await visitor.act(page)
                await asyncio.sleep(rng.uniform(0.2, 0.8))  # people look before they click
            drawn.append(await visitor.generate(digit=rng.randrange(10), seed=rng.randrange(2**30)))

    # Nobody has asked for the same before: it would be kept.
    await asyncio.gather(*(click_through(v, random.Random()) for v in visitors[:CLICKING]))
    return drawn


async def measure(app: App, count: int, seconds: float = SECONDS) -> dict[str, float]:
    """One line of the table."""
    async with AsyncExitStack() as stack:
        idle = memory_of(app)
        visitors = [await enter(app.address, stack) for _ in range(count)]
        for visitor in visitors:
            await visitor.act("reverse")
        row: dict[str, float] = {"visitors": count}
        drawn = await rush(visitors)
        served = [d for d in drawn if d.status == 200]
        firsts, wholes = [d.first for d in served], [d.whole for d in served]
        row |= {
            "served": len(served),
            "first_frame_worst": max(firsts),
            "whole_median": float(np.median(wholes)),
            "whole_worst": max(wholes),
            "digits_per_s": len(served) / max(wholes),
        }
        clicked = await lesson(visitors, seconds)
        actions = [a for visitor in visitors for a in visitor.actions]
        row |= {
            "action_median": float(np.median(actions)),
            "action_95": float(np.quantile(actions, 0.95)),
            "generate_median": float(np.median([d.whole for d in clicked])),
        }
        busy = memory_of(app)
        row |= {
            "server_mb": busy["server"] / 1e6,
            "worker_mb": busy["worker"] / 1e6,
            "mb_per_visitor": (busy["server"] - idle["server"]) / count / 1e6,
        }
        return row


COLUMNS: dict[str, tuple[str, Callable[[float], str]]] = {
    "visitors": ("visitors", "{:.0f}".format),
    "served": ("served", "{:.0f}".format),
    "first_frame_worst": ("first frame, worst", "{:.2f}".format),
    "whole_median": ("digit, median", "{:.2f}".format),
    "whole_worst": ("digit, worst", "{:.2f}".format),
    "digits_per_s": ("digits/s", "{:.1f}".format),
    "action_median": ("page action, median", "{:.3f}".format),
    "action_95": ("95 %", "{:.2f}".format),
    "generate_median": ("4 digits, median", "{:.2f}".format),
    "server_mb": ("server MB", "{:.0f}".format),
    "worker_mb": ("worker MB", "{:.0f}".format),
    "mb_per_visitor": ("MB/visitor", "{:.2f}".format),
    "action_beside": ("beside one who is greedy", "{:.3f}".format),
    "action_ratio": ("times as long", "{:.2f}".format),
    "generate_beside": ("beside one who is greedy", "{:.2f}".format),
    "generate_ratio": ("times as long", "{:.2f}".format),
    "refused": ("refused", "{:.0f}".format),
}


def table(rows: list[dict[str, float]]) -> str:
    """The rows as a Markdown table."""
    shown = {key: COLUMNS[key] for key in rows[0]}
    lines = [
        "| " + " | ".join(name for name, _ in shown.values()) + " |",
        "|" + "---|" * len(shown),
    ]
    for row in rows:
        lines.append("| " + " | ".join(show(row[key]) for key, (_, show) in shown.items()) + " |")
    return "\n".join(lines)


EVERYTHING = (
    *(f"GET /api/sample?digit={k % 10}&n=16&steps=1000&sampler=ddpm&guidance=2" for k in range(60)),
    *("GET /api/guess?digit=5" for _ in range(20)),
    *(f"GET /api/spread?digit={k % 10}" for k in range(20)),
    *("GET /api/copies?n=8&steps=50" for _ in range(10)),
    *("GET /api/step?network=digits&batch=16&round=40" for _ in range(20)),
    *("GET /api/sound?melody=CDEFGAHC&steps=50" for _ in range(20)),
    *("GET /api/export.pdf?page=forward&link=https://fog.example.org/" for _ in range(20)),
    *("POST /api/points?shape=rings&steps=4000" for _ in range(20)),
    *(f"POST /api/train?run={k:016x}&seconds=180" for k in range(20)),
)
"""What one visitor asks for at once, each time with another seed."""


async def greed(visitor: Visitor, over: asyncio.Event) -> None:
    """Ask for everything, again as soon as it is answered or refused, until it is over."""
    url = urlsplit(visitor.address)
    seeds = itertools.count()

    async def ask(what: str) -> None:
        while not over.is_set():
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            head = f"{what}&seed={next(seeds)} HTTP/1.0\r\nHost: {url.netloc}"
            writer.write(f"{head}\r\nCookie: {visitor.cookie}\r\n\r\n".encode())
            with suppress(OSError):
                while await reader.read(1 << 16):
                    pass
            writer.close()
            await asyncio.sleep(0.2)

    async def click() -> None:
        while not over.is_set():
            await visitor.act("forward")

    tasks = [asyncio.create_task(work) for work in (*map(ask, EVERYTHING), click())]
    await over.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def measure_greed(app: App, count: int, seconds: float = SECONDS) -> dict[str, float]:
    """How much longer others wait beside one who asks for everything at once."""
    async with AsyncExitStack() as stack:
        visitors = [await enter(app.address, stack) for _ in range(count)]
        glutton = await enter(app.address, stack)
        for visitor in visitors:
            await visitor.act("reverse")
        actions: dict[bool, list[float]] = {False: [], True: []}
        drawn: dict[bool, list[Drawn]] = {False: [], True: []}
        for greedy in (False, True) * ROUNDS:
            over = asyncio.Event()
            asking = asyncio.create_task(greed(glutton, over)) if greedy else None
            drawn[greedy] += await lesson(visitors, seconds)
            over.set()
            if asking:
                await asking
            actions[greedy] += [a for visitor in visitors for a in visitor.actions]
    alone, beside = (float(np.median(actions[greedy])) for greedy in (False, True))
    digits, digits_beside = (
        float(np.median([d.whole for d in drawn[greedy] if d.status == 200]))
        for greedy in (False, True)
    )
    return {
        "visitors": count,
        "action_median": alone,
        "action_beside": beside,
        "action_ratio": beside / alone,
        "generate_median": digits,
        "generate_beside": digits_beside,
        "generate_ratio": digits_beside / digits,
        "refused": sum(d.status != 200 for d in drawn[True]),
    }


def run(counts: list[int], measured: Callable[[App, int], Awaitable[dict[str, float]]]) -> str:
    """A fresh server for each count, so that no line is paid for by the one before."""
    rows = []
    for count in counts:
        with running_app() as app:
            time.sleep(6)  # until the worker has loaded and drawn what everybody asks for
            rows.append(asyncio.run(measured(app, count)))  # type: ignore[arg-type]
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    return table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 50, 100, 200])
    parser.add_argument("--greed", action="store_true", help="beside one who wants everything")
    args = parser.parse_args()
    print(run(args.visitors, measure_greed if args.greed else measure))


if __name__ == "__main__":
    main()

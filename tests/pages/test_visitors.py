"""Who asks: a cookie that only we can make, and limits by visitor."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from pages.http import pace, uploads, visitors
from pages.http.origin import OwnPagesOnly
from pages.http.pace import FairPace
from pages.http.uploads import FairUploads
from pages.http.visitors import COOKIE, Visitors
from tests.pages.asgi import Asking, asked, on_a_loop

HTML = {"Accept": "text/html"}


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that is content with everything."""
    await PlainTextResponse("fine")(scope, receive, send)


def cookie_of(asking: Asking) -> str | None:
    """The cookie that an answer gave, as a browser sends it back."""
    given = asking.header("set-cookie")
    return given[0].partition(";")[0] if given else None


# --- The cookie -----------------------------------------------------------------------------------


def test_a_page_gives_a_cookie_that_is_known_again() -> None:
    app = Visitors(fine)
    first = asked(app, Asking("/forward", headers=HTML))
    cookie = cookie_of(first)
    assert cookie is not None and cookie.startswith(f"{COOKIE}=")
    [attributes] = first.header("set-cookie")
    assert "HttpOnly" in attributes and "SameSite=Lax" in attributes
    again = asked(app, Asking("/api/guess", headers={"Cookie": cookie}))
    assert again.header("set-cookie") == []
    assert again.scope["visitor"] == first.scope["visitor"]
    assert not again.scope["visitor"].shared
    other = asked(app, Asking("/forward", headers=HTML))
    assert other.scope["visitor"] != first.scope["visitor"]


@pytest.mark.parametrize(
    "cookie", ["", "anna", "0123456789abcdef.forged", "é", "x" * 10_000, ".", "a.b.c"]
)
def test_a_cookie_that_we_did_not_make_is_none(cookie: str) -> None:
    asking = asked(Visitors(fine), Asking("/static/x.js", headers={"Cookie": f"{COOKIE}={cookie}"}))
    visitor = asking.scope["visitor"]
    assert (visitor.name, visitor.shared) == ("at 198.51.100.7", True)


def test_a_cookie_of_another_secret_is_none() -> None:
    cookie = cookie_of(asked(Visitors(fine, "one secret"), Asking("/", headers=HTML)))
    asking = Asking("/static/x.js", headers={"Cookie": str(cookie)})
    assert asked(Visitors(fine, "another"), asking).scope["visitor"].shared
    assert not asked(Visitors(fine, "one secret"), asking).scope["visitor"].shared


def test_whoever_throws_cookies_away_gets_no_more_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "MOST_AT_ONCE", 5)
    now = [100.0]
    app = Visitors(fine, clock=lambda: now[0])
    given = [cookie_of(asked(app, Asking("/", headers=HTML))) for _ in range(8)]
    assert [cookie is not None for cookie in given] == [True] * 5 + [False] * 3
    elsewhere = asked(app, Asking("/", headers=HTML, client="203.0.113.9"))
    assert cookie_of(elsewhere), "Another address is not concerned."
    now[0] += 1.01 / visitors.A_SECOND
    assert cookie_of(asked(app, Asking("/", headers=HTML)))
    assert cookie_of(asked(app, Asking("/", headers=HTML))) is None


# --- Other sites ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}, True),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "empty"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}, True),
        # A page that leads on by itself, and one that is followed by a click.
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}, True),
        (
            "GET",
            {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Dest": "document",
                "Sec-Fetch-User": "?1",
            },
            False,
        ),
        # Without https, browsers send no Sec-Fetch-Site.
        ("POST", {"Origin": "http://evil.example"}, True),
        ("POST", {"Origin": "null"}, True),
        ("GET", {"Referer": "http://evil.example/page"}, True),
        ("POST", {"Origin": "http://fog.example.org:8501"}, False),
        ("GET", {"Referer": "http://fog.example.org:8501/reverse?seed=3"}, False),
        ("GET", {"Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "https://by-a-proxy.example"}, False),
        ("GET", {"Sec-Fetch-Site": "none"}, False),
        ("GET", {}, False),
    ],
)
def test_what_another_site_makes_a_browser_send_is_refused(
    method: str, headers: dict[str, str], refused: bool
) -> None:
    ours = {"Host": "fog.example.org:8501", **headers}
    asking = asked(OwnPagesOnly(fine), Asking("/api/points", method, ours))
    assert asking.status == (403 if refused else 200)
    assert not refused or (asking.text.endswith(".") and "\n" not in asking.text)
    # Pages may be linked to from anywhere.
    assert asked(OwnPagesOnly(fine), Asking("/forward", "GET", ours)).status == 200


# --- Uploads --------------------------------------------------------------------------------------


def sending(
    session: str, file: str, visitor: str, app: Visitors, size: int = 100, status: int = 204
) -> Asking:
    headers = {"Cookie": visitor, "Content-Length": str(size), "Status": str(status)}
    return Asking(f"/_stcore/upload_file/{session}/{file}", "PUT", headers)


async def taking(scope: Scope, receive: Receive, send: Send) -> None:
    """Streamlit's route, as far as it matters here."""
    status = int(dict(scope["headers"]).get(b"status", b"204"))
    await PlainTextResponse("", status_code=status)(scope, receive, send)


class Uploading:
    """The app with visitors, and what it let go of."""

    def __init__(self) -> None:
        self.let_go: list[str] = []
        self.app = Visitors(FairUploads(taking, lambda session, file: self.let_go.append(file)))

    def visitor(self) -> str:
        return str(cookie_of(asked(self.app, Asking("/", headers=HTML))))

    def send(self, file: str, visitor: str, size: int = 100, status: int = 204) -> int:
        return asked(self.app, sending("s", file, visitor, self.app, size, status)).status


def test_of_each_visitor_the_newest_files_are_kept() -> None:
    uploading = Uploading()
    anna, ben = uploading.visitor(), uploading.visitor()
    assert uploading.send("ben", ben) == 204
    for k in range(uploads.KEPT_EACH + 2):
        assert uploading.send(f"anna{k}", anna) == 204
    assert uploading.let_go == ["anna0", "anna1"]
    assert uploading.send("refused", anna, status=413) == 413
    assert uploading.let_go == ["anna0", "anna1"], "What was not taken takes nobody's place."


def test_of_all_together_no_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "KEPT_BYTES", 1000)
    uploading = Uploading()
    anna, ben, cleo = (uploading.visitor() for _ in range(3))
    uploading.send("anna1", anna, 400)
    uploading.send("ben1", ben, 100)
    uploading.send("anna2", anna, 400)
    uploading.send("cleo1", cleo, 300)
    assert uploading.let_go == ["anna1"]


def test_one_visitor_cannot_send_many_files_at_once() -> None:
    async def crowd() -> list[int]:
        over = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await over.wait()
            await taking(scope, receive, send)

        app = Visitors(FairUploads(slow, lambda session, file: None))
        first = Asking("/", headers=HTML)
        over.set()
        await first.ask(app)
        over.clear()
        anna = str(cookie_of(first))
        askings = [sending("s", f"{k}", anna, app) for k in range(5)]
        others = sending("s", "other", "", app)
        tasks = [asyncio.create_task(asking.ask(app)) for asking in [*askings, others]]
        for _ in range(10):
            await asyncio.sleep(0)
        over.set()
        await asyncio.gather(*tasks)
        assert others.status == 204
        return [asking.status for asking in askings]

    assert sorted(on_a_loop(crowd())) == [204] * uploads.AT_ONCE_EACH + [429] * 3


# --- Pace -----------------------------------------------------------------------------------------


def test_messages_that_come_faster_than_hands_can_click_wait() -> None:
    waits: list[float] = []
    now = [0.0]

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(100):
            await receive()

    async def one_tab() -> None:
        app = FairPace(read, clock=lambda: now[0], pause=pause)
        scope = {"type": "websocket", "visitor": visitors.Visitor("anna"), "headers": []}

        async def receive() -> dict[str, object]:
            return {"type": "websocket.receive", "bytes": b""}

        async def send(message: object) -> None: ...

        await app(scope, receive, send)  # type: ignore[arg-type]

    on_a_loop(one_tab())
    assert now[0] == pytest.approx((100 - pace.AT_ONCE) / pace.A_SECOND)


def test_a_browser_has_so_many_tabs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_TABS", 2)

    async def tabs() -> list[bool]:
        over = asyncio.Event()
        opened: list[object] = []

        async def page(scope: Scope, receive: Receive, send: Send) -> None:
            opened.append(scope)
            await over.wait()

        app = FairPace(page)

        async def tab(visitor: visitors.Visitor) -> bool:
            said: list[dict[str, object]] = []

            async def receive() -> dict[str, object]:
                return {"type": "websocket.connect"}

            async def send(message: dict[str, object]) -> None:
                said.append(message)

            scope = {"type": "websocket", "visitor": visitor, "headers": []}
            await app(scope, receive, send)  # type: ignore[arg-type]
            return not said

        anna, ben = visitors.Visitor("anna"), visitors.Visitor("ben")
        school = visitors.Visitor("at school", shared=True)
        who = [anna] * 3 + [ben] + [school] * 4
        tasks = [asyncio.create_task(tab(one)) for one in who]
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(opened) == 7
        over.set()
        return [await task for task in tasks]

    assert on_a_loop(tabs()) == [True, True, False, True] + [True] * 4


def test_requests_that_come_too_fast_wait_and_then_are_refused() -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def flood() -> list[int]:
        app = FairPace(fine, clock=lambda: 0.0, pause=pause)

        async def ask(path: str, visitor: visitors.Visitor) -> int:
            asking = Asking(path)

            async def as_visitor(scope: Scope, receive: Receive, send: Send) -> None:
                await app({**scope, "visitor": visitor}, receive, send)

            await asking.ask(as_visitor)
            return asking.status

        anna = visitors.Visitor("anna")
        statuses = [await ask("/api/guess", anna) for _ in range(200)]
        assert await ask("/forward", anna) == 200, "Pages are Streamlit's own."
        assert await ask("/api/guess", visitors.Visitor("ben")) == 200
        assert len(waits) == 200 - pace.AT_ONCE
        return statuses

    statuses = on_a_loop(flood())
    served = pace.AT_ONCE + int(pace.LONGEST * pace.A_SECOND)
    assert abs(statuses.count(200) - served) <= 1
    assert statuses == sorted(statuses) and {*statuses} == {200, 429}
    assert max(waits) <= pace.LONGEST

"""How much of what visitors upload is held, as ASGI middleware around Streamlit's own upload route.

Streamlit keeps every file that a session sends until the session is over, asked for or not. A page
here makes a drawing or a record of a file at once and needs it no more, so of each visitor the
newest few are kept, and of all together so many bytes; older ones are let go of, first of whoever
holds most. Streamlit itself limits the size of a file (server.maxUploadSize).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from pages.http.visitors import visitor_of

ROUTE = "/_stcore/upload_file/"
KEPT_EACH = 3
"""Files of one visitor."""
KEPT_BYTES = 200_000_000
"""Of all together, about."""
AT_ONCE_EACH = 2
"""Files of one visitor that may be on their way here."""
AT_ONCE = 12
"""The same for all together."""


@dataclass(frozen=True)
class Upload:
    """A file that is held: where, whose, and how large its request said that it is."""

    session: str
    file: str
    visitor: str
    size: int


def forget_file(session: str, file: str) -> None:
    """Have Streamlit let go of a file."""
    manager = get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager), "Streamlit's own, as far as we know."
    manager.remove_file(session_id=session, file_id=file)


class FairUploads:
    """Refuses whoever sends too many files at once, and lets old ones go."""

    def __init__(self, app: ASGIApp, forget: Callable[[str, str], None] = forget_file) -> None:
        self.app = app
        self._forget = forget
        self._held: list[Upload] = []
        self._arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] != "PUT" or ROUTE not in path:
            await self.app(scope, receive, send)
            return
        visitor = visitor_of(HTTPConnection(scope)).name
        if self._arriving[visitor] >= AT_ONCE_EACH or self._arriving.total() >= AT_ONCE:
            said = "Other files are on their way already: try again when they have arrived."
            await PlainTextResponse(said, status_code=429)(scope, receive, send)
            return
        taken = False

        async def watched(message: Message) -> None:
            nonlocal taken
            if message["type"] == "http.response.start":
                taken = 200 <= message["status"] < 300
            await send(message)

        self._arriving[visitor] += 1
        try:
            await self.app(scope, receive, watched)
        finally:
            self._arriving -= Counter([visitor])
        if taken:
            session, _, file = path.rpartition(ROUTE)[2].partition("/")
            length = Headers(scope=scope).get("content-length", "")
            # Without a length it came in pieces; then it counts as a large one.
            known = length.isdecimal() and len(length) < 12
            size = int(length) if known else KEPT_BYTES // 10
            self._hold(Upload(session, file, visitor, size))

    def _hold(self, upload: Upload) -> None:
        """Remember a file, and let go of others that there is no more room for."""
        self._held.append(upload)
        theirs = [one for one in self._held if one.visitor == upload.visitor]
        for one in theirs[:-KEPT_EACH]:
            self._release(one)
        while sum(one.size for one in self._held) > KEPT_BYTES and len(self._held) > 1:
            held = Counter[str]()
            for one in self._held:
                held[one.visitor] += one.size
            most = held.most_common(1)[0][0]
            self._release(next(one for one in self._held if one.visitor == most))

    def _release(self, upload: Upload) -> None:
        self._held.remove(upload)
        self._forget(upload.session, upload.file)

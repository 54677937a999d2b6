"""MNIST: fetched from mirrors that behave and from mirrors that do not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from diffusion_core.data import mnist as data
from diffusion_core.data.mnist import download_mnist, mnist_available
from diffusion_core.errors import CannotWriteError
from tests.core.tiny_mnist import (
    StandIn,
    assert_whole,
    complaint,
    files_in,
    one_bit_flipped,
    one_pixel_changed,
    truncated,
)

FullDisk = Callable[[int], AbstractContextManager[None]]


@dataclass
class Mirrors:
    """A server whose folders misbehave in different ways."""

    address: str
    requests: list[str] = field(default_factory=list)

    def __getitem__(self, behaviour: str) -> str:
        return f"{self.address}/{behaviour}/"


@pytest.fixture
def mirrors(tiny: StandIn) -> Iterator[Mirrors]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.requests.append(self.path)
            _, behaviour, name = self.path.split("/")
            content = tiny.packed[name]
            promised = len(content)
            if behaviour == "missing":
                self.send_error(404)
                return
            if behaviour in damages:
                content = damages[behaviour](content)
                promised = len(content)
            if behaviour == "breaks-off":
                content = truncated(content)
            self.send_response(200)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    damages = {"short": truncated, "damaged": one_bit_flipped, "another": one_pixel_changed}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Mirrors(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def use(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr(data, "MIRRORS", addresses)


def test_download(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    assert download_mnist() == cache
    assert files_in(cache) == sorted(tiny.packed)
    assert_whole(tiny)


@pytest.mark.parametrize("bad", ["missing", "breaks-off", "short", "damaged", "another"])
def test_the_second_mirror_helps_out(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    use(monkeypatch, mirrors[bad], mirrors["good"])
    download_mnist()
    assert files_in(cache) == sorted(tiny.packed)
    assert_whole(tiny)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("missing", "the server answered 404"),
        ("breaks-off", "broke off"),
        ("short", "damaged"),
        ("damaged", "damaged"),
        ("another", "wrong checksum"),
    ],
)
def test_a_failed_download_leaves_nothing_behind(
    tiny: StandIn,
    cache: Path,
    mirrors: Mirrors,
    monkeypatch: pytest.MonkeyPatch,
    bad: str,
    reason: str,
) -> None:
    use(monkeypatch, mirrors[bad])
    message = complaint(download_mnist)
    assert reason in message
    assert "MNIST_DIR" in message
    assert files_in(cache) == []
    assert not mnist_available()


def test_no_network(tiny: StandIn, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    use(monkeypatch, f"http://127.0.0.1:{port}/")
    assert "no connection" in complaint(download_mnist)
    assert files_in(cache) == []


def test_only_what_is_missing_or_damaged_is_fetched(
    tiny: StandIn, cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    tiny.write(cache)
    tiny.path(cache, "train", "images").unlink()
    tiny.path(cache, "test", "labels").write_bytes(b"damaged")
    download_mnist()
    assert mirrors.requests == [
        f"/good/{tiny.names['train', 'images']}",
        f"/good/{tiny.names['test', 'labels']}",
    ]
    assert_whole(tiny)


@pytest.mark.parametrize("bad", [[], ["breaks-off"], ["missing", "another"]])
def test_progress_goes_from_nothing_to_all_and_never_back(
    tiny: StandIn, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch, bad: list[str]
) -> None:
    use(monkeypatch, *(mirrors[behaviour] for behaviour in [*bad, "good"]))
    seen: list[float] = []
    download_mnist(seen.append)
    assert seen == sorted(seen)
    # Each file is a quarter, and advances by the kilobyte: a second mirror counts from its start.
    expected = {
        (done + min(1, (kilobyte + 1) * 1024 / len(content))) / 4
        for done, content in enumerate(tiny.packed.values())
        for kilobyte in range(-(-len(content) // 1024))
    }
    assert sorted(set(seen)) == pytest.approx(sorted(expected))


def test_a_full_disk_while_downloading(
    tiny: StandIn,
    cache: Path,
    mirrors: Mirrors,
    monkeypatch: pytest.MonkeyPatch,
    full_disk: FullDisk,
) -> None:
    use(monkeypatch, mirrors["good"], mirrors["good"])
    with full_disk(1000):
        message = complaint(download_mnist, CannotWriteError)
    assert str(cache / tiny.names["train", "images"]) in message
    assert "too large" in message  # which is how the system puts it here
    assert len(mirrors.requests) == 1  # No other mirror is bothered: it is not their fault.
    assert files_in(cache) == []
    download_mnist()
    assert_whole(tiny)


def test_a_cache_that_cannot_be_made(
    mirrors: Mirrors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, mirrors["good"])
    (tmp_path / "file").write_text("a file where a folder should be")
    monkeypatch.setenv("FOG_CACHE_DIR", str(tmp_path / "file"))
    assert "Cannot write" in complaint(download_mnist, CannotWriteError)
    assert mirrors.requests == []


def test_a_read_only_cache(cache: Path, mirrors: Mirrors, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, mirrors["good"])

    def refuse(*args: object, **options: object) -> None:
        raise OSError(30, "Read-only file system", str(cache))

    monkeypatch.setattr("diffusion_core.files.whole.tempfile.mkstemp", refuse)
    assert "Read-only file system" in complaint(download_mnist, CannotWriteError)

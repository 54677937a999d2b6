"""Told to end, the server tells its readers and goes; killed, the next one tidies up after it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from diffusion_core.service.answer import SHUTTING_DOWN
from tests.load import enter
from tests.server.app import Watched, answer, dial, run, until, watched

TRAINING = "/api/train?run=0123456789abcdef&seconds=180"
DRAWING = "/api/sample?digit=all&steps=1000&n=16"


async def streamed(server: Watched, path: str, begun: asyncio.Event) -> bytes:
    """All that comes, of an answer that has no end of its own just now."""
    reader, writer = await dial(server.app)
    try:
        verb = "POST" if path == TRAINING else "GET"
        writer.write(f"{verb} {path} HTTP/1.0\r\nHost: fog\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head
        said = await reader.readuntil(b"}\n")
        begun.set()
        return said + await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_everybody_is_told_and_nothing_is_left(sign: signal.Signals, tmp_path: Path) -> None:
    with watched(tmp_path) as server:

        async def end() -> None:
            async with AsyncExitStack() as stack:
                visitor = await enter(server.app.address, stack)
                assert len(server.left) == 1
                streams = []
                # A training has to load first; the drawing would be over before it begins.
                for path in (TRAINING, DRAWING):
                    begun = asyncio.Event()
                    streams.append(asyncio.create_task(streamed(server, path, begun)))
                    await begun.wait()
                # Who has only said half, or does not read, holds up nobody.
                (_, half), (_, deaf) = await dial(server.app), await dial(server.app)
                half.write(b"POST /_stcore/upload_file/ HTTP/1.1\r\nContent-Length: 99\r\n\r\n")
                deaf.transport.pause_reading()  # type: ignore[attr-defined]
                deaf.write(f"GET {DRAWING}&seed=5 HTTP/1.0\r\nHost: fog\r\n\r\n".encode())
                await asyncio.gather(half.drain(), deaf.drain())
                os.kill(server.app.process, sign)
                for said in await asyncio.gather(*streams):
                    assert said.endswith(json.dumps({"problem": SHUTTING_DOWN}).encode() + b"\n")
                await visitor.socket.wait_closed()
                await until(lambda: server.gone)
                half.close()
                deaf.close()
            assert not server.left
            assert "Traceback" not in server.log

        run(end)


def test_what_takes_too_long_is_told_too(tmp_path: Path) -> None:
    with watched(tmp_path) as server:

        async def end() -> None:
            # One thread makes them, one after the other, for longer than the server waits.
            path = "/api/export.{}?page=forward&digit=3&seed={}"
            asked = [
                asyncio.create_task(answer(server.app, path.format(kind, seed)))
                for seed in range(12)
                for kind in ("pdf", "gif")
            ]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            os.kill(server.app.process, signal.SIGTERM)
            for status, body in await asyncio.gather(*asked):
                assert status == 200 or (status, body) == (503, SHUTTING_DOWN)
            await until(lambda: server.gone)
            assert not server.left and "Traceback" not in server.log

        run(end)


def test_the_next_server_tidies_up_after_one_that_was_killed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "mnist").mkdir(parents=True)
    half_downloaded = cache / "mnist" / ".t10k-images-idx3-ubyte.gz.a1b2c3d4"
    with watched(tmp_path) as killed:
        (folder,) = killed.left
        os.kill(killed.app.process, signal.SIGKILL)
    assert killed.left == [folder]
    half_downloaded.write_bytes(b"half")
    with watched(tmp_path, FOG_CACHE_DIR=str(cache)) as living:
        (its_own,) = living.left
        assert its_own != folder
        assert not half_downloaded.exists()
        # Another one beside it leaves it its folder.
        with watched(tmp_path) as another:
            assert len(another.left) == 2 and its_own in another.left
        assert living.left == [its_own]

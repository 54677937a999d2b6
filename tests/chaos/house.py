"""The server under test: started in a folder and a process group of its own, and looked into."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.server import ROOT, end, free_port, streamlit_command

DESCRIPTORS = 400
"""As many as the server may have at most: a low limit, so that little is needed to reach it."""
STARTING = 240.0
"""Seconds that it may take to start, on a machine that does other things."""
ENDING = 60.0
"""Seconds that it may take to end. That it is quick is for other tests to say."""


@dataclass
class House:
    """A running server and what belongs to it."""

    address: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    """For its temporary files, and nobody else's."""
    log: list[str] = field(default_factory=list)

    @property
    def group(self) -> list[int]:
        """The server's process, and all that it has started and that still run."""
        return [*processes_of(self.process.pid)]

    def running(self, module: str) -> list[int]:
        """Processes of the group that run that module: "worker" or "studio"."""
        wanted = f"diffusion_core.service.{module}"
        return [process for process in self.group if wanted in command_of(process)]

    def descriptors(self) -> int:
        """How many the server has open."""
        return len([*Path(f"/proc/{self.process.pid}/fd").iterdir()])

    def limit(self, processes: list[int], what: int, soft: int) -> None:
        """Allow these processes no more of something. What has ended meanwhile needs no limit."""
        for process in processes:
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(process, what)
                most = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
                resource.prlimit(process, what, (most if soft >= 0 else hard, hard))

    def unlimit(self, what: int) -> None:
        """Allow all of them again what they could have had."""
        self.limit(self.group, what, resource.RLIM_INFINITY)

    def leftovers(self) -> list[str]:
        """What there is of it after it has ended: processes and files."""
        processes = [f"process {n}: {command_of(n)}" for n in self.group]
        files = [path.relative_to(self.folder) for path in self.folder.rglob("*")]
        # Torch has a folder there for each user of the machine, and puts nothing into it.
        files = [path for path in files if not re.fullmatch(r"torchinductor_[^/]*", str(path))]
        return processes + [f"file {path}" for path in files]


def processes_of(group: int) -> Iterator[int]:
    """The process ids of a group, without what has ended."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(owner) == group and state not in "ZX":
                yield int(folder.name)


def command_of(process: int) -> str:
    """What it was started as; nothing if it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


def memory_of(process: int) -> int:
    """Bytes of addresses that it has: what the limit on them counts."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmSize:\s+(\d+) kB", status)[0]) * 1024


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A server that answers; whatever happens, nothing of it runs when the block has ended."""
    port = free_port()
    scratch, cache = folder / "tmp", folder / "cache"
    scratch.mkdir()
    cache.mkdir()
    process = subprocess.Popen(
        streamlit_command(port),
        cwd=ROOT,
        env={
            **os.environ,
            "FOG_OFFLINE": "1",
            "TMPDIR": str(scratch),
            "FOG_CACHE_DIR": str(cache),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS)),
    )
    house = House(f"http://127.0.0.1:{port}", port, process, scratch)
    # Not into a file: a full disk is one of the troubles.
    threading.Thread(target=_read, args=(house,), name="log", daemon=True).start()
    try:
        _wait_until_it_answers(house)
        yield house
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)
        end(process)
        for left in processes_of(process.pid):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


def _read(house: House) -> None:
    assert house.process.stdout is not None
    with house.process.stdout as lines:
        for line in lines:
            house.log.append(line.decode(errors="replace").rstrip("\n"))


def _wait_until_it_answers(house: House) -> None:
    deadline = time.monotonic() + STARTING
    while True:
        with suppress(OSError), urllib.request.urlopen(f"{house.address}/_stcore/health") as answer:
            if answer.status == 200:
                return
        assert house.process.poll() is None, "\n".join(house.log)
        assert time.monotonic() < deadline, "The app did not answer."
        time.sleep(0.1)

"""The process that makes exports: `python -m pages.exports.studio DESCRIPTOR`.

It speaks as diffusion_core/service/worker.py does, and is led by the same client. Drawing a film
takes a second of one processor: here it takes nothing from those who click through the pages.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from diffusion_core.service.turns import serve_in_turns
from pages.exports.order import Export, made

NICENESS = 10
"""Pages (0) and pictures (5) come first."""


def work_of(job: Export) -> Iterator[bytes]:
    """An export is made in one turn, since matplotlib may not be in two exports at a time."""
    yield made(job)


def main() -> None:
    """Serve."""
    connection: Connection[Any, Any] = Connection(int(sys.argv[1]))
    os.nice(NICENESS)
    # Ctrl-C in a terminal reaches us too; it ends the server, which ends us, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection.send(("ready",))
    serve_in_turns(connection, work_of)


if __name__ == "__main__":
    main()

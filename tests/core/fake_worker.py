"""A worker without a model, for tests of the client: what it does follows from the job's seed.

Each job is answered by `steps` chunks, b"seed:0", b"seed:1", ... A steady trickle, so that tests
can look at it half way. Run as `python -m tests.core.fake_worker [MODE] DESCRIPTOR`.

Modes: "stillborn" ends at once, "late" as well while there is no file that the environment names;
"mute" never gets ready, "broken" says why it cannot work, "mortal" dies after the first chunk of
any job.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from diffusion_core.service.wire import Wire

DEADLY = 13
"""The worker dies when it has sent two chunks of a job of this seed, each time."""
DEADLY_ONCE = 14
"""The same, but only once: a file that the environment names remembers it."""
REFUSED = 15
"""The job fails with a sentence."""
HANGING = 16
"""The worker does nothing any more when it has sent two chunks of a job of this seed."""


def main() -> None:
    """Serve one chunk of each job in turn."""
    *mode, descriptor = sys.argv[1:]
    wire = Wire.of(int(descriptor))
    if "FOG_TEST_STARTS" in os.environ:
        with Path(os.environ["FOG_TEST_STARTS"]).open("a") as starts:
            starts.write("started\n")
    if mode == ["stillborn"] or (mode == ["late"] and not _memory().exists()):
        sys.exit(1)
    while mode == ["mute"]:
        signal.pause()
    if mode == ["broken"]:
        wire.send(("broken", "There is no model: train one."))
        return
    wire.send(("ready",))
    sent: dict[int, int] = {}
    jobs: dict[int, Any] = {}
    while True:
        while not sent or wire.poll(0.002):
            try:
                verb, key, *rest = wire.receive()
            except EOFError:
                return
            if verb == "do":
                jobs[key], sent[key] = rest[0], 0
            if verb == "forget":
                sent.pop(key, None)
        for key in [*sent]:
            _advance(wire, key, jobs[key].request, sent)
            if mode == ["mortal"]:
                os._exit(1)


def _memory() -> Path:
    return Path(os.environ["FOG_TEST_MEMORY"])


def _advance(wire: Wire, key: int, request: Any, sent: dict[int, int]) -> None:
    wire.send(("chunk", key, b"%d:%d " % (request.seed, sent[key])))
    sent[key] += 1
    if sent[key] == 2 and request.seed == DEADLY:
        os._exit(1)
    if sent[key] == 2 and request.seed == DEADLY_ONCE and not _memory().exists():
        _memory().touch()
        os._exit(1)
    if sent[key] == 2 and request.seed == HANGING:
        with Path(os.environ["FOG_TEST_HUNG"]).open("a") as hung:
            hung.write("hung\n")
        while True:
            signal.pause()
    if request.seed == REFUSED:
        wire.send(("failed", key, "No such picture: try another seed."))
        del sent[key]
    elif sent[key] == request.steps:
        wire.send(("finished", key))
        del sent[key]


if __name__ == "__main__":
    main()

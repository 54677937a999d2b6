"""The process for long work: `python -m diffusion_core.service.studio DESCRIPTOR`.

It does what is asked of it as worker.py does (serving.py), and is led by the same client, but has
no networks to be asked: its works compute, and take turns.

Pages and pictures come first: this process is as nice as it can be, and computes on as many
threads as the client allows it (limits.Keeping).
"""

from __future__ import annotations

import os

from diffusion_core.service.serving import serve, wire_of_this_process
from diffusion_core.service.work import Networks
from diffusion_core.service.works import Works

NICENESS = 19
"""Of this process; the one that draws pictures has 5, and the server 0."""


def main() -> None:
    """Serve."""
    wire = wire_of_this_process(NICENESS)
    # Whoever draws takes the processor back at once, and not when this thread's turn is over.
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    wire.send(("ready",))
    serve(wire, Networks(), Works())


if __name__ == "__main__":
    main()

"""The process that makes exports: `python -m pages.exports.studio DESCRIPTOR`.

It does what is asked of it as diffusion_core/service/worker.py does, and is led by the same client.
Drawing a film takes a second of one processor: here it takes nothing from those who click through
the pages.
"""

from __future__ import annotations

from diffusion_core.service.serving import serve, wire_of_this_process
from diffusion_core.service.work import Networks
from diffusion_core.service.works import Works

NICENESS = 10
"""Pages (0) and pictures (5) come first."""


def main() -> None:
    """Serve."""
    wire = wire_of_this_process(NICENESS)
    wire.send(("ready",))
    serve(wire, Networks(), Works())


if __name__ == "__main__":
    main()

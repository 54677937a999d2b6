"""The process that draws, and that asks the networks: `python -m diffusion_core.service.worker
DESCRIPTOR`, which is the number of an open socket.

It is started by the client (client.py), and does what is asked of it as the others do (serving.py).
A network that could not be loaded costs only the jobs that want it.
"""

from __future__ import annotations

from collections.abc import Mapping

# What does most of the work is imported before anybody waits for it.
import diffusion_core.service.recorded  # noqa: F401
from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import CheckpointError, note
from diffusion_core.service.batcher import Batcher
from diffusion_core.service.networks import WHILE_OTHERS_WAIT, LoadedNetworks, Shipped
from diffusion_core.service.serving import serve, wire_of_this_process
from diffusion_core.service.wire import Wire
from diffusion_core.service.works import Works

NICENESS = 5
"""Pages come first: what they need is little, and somebody is waiting for it."""


def draw(wire: Wire, shipped: Mapping[str, NetworkDenoiser]) -> None:
    """Do what is asked, with these networks and visitors' own, until the other side hangs up."""
    networks = LoadedNetworks(shipped)
    serve(wire, networks, Works(Batcher(networks, while_others_wait=WHILE_OTHERS_WAIT)))


def main() -> None:
    """Load the networks that can be loaded, and serve."""
    wire = wire_of_this_process(NICENESS)
    networks = Shipped()
    for name in networks:
        try:
            networks[name]
        except CheckpointError as error:  # Whoever wants this one is told; the others are whole.
            note(error)
    wire.send(("ready",))
    draw(wire, networks)


if __name__ == "__main__":
    main()

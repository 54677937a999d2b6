"""Signs of life: often enough for whoever watches, and no more often."""

from __future__ import annotations

import threading

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.request import Request
from diffusion_core.service import worker
from diffusion_core.service.jobs import Drawing
from diffusion_core.service.pulse import EVERY, Pulse
from diffusion_core.service.wire import Wire
from diffusion_core.unet import UNet


def test_it_beats_once_in_a_while_however_often_it_may() -> None:
    ours, theirs = Wire.pair()
    now = [100.0]
    pulse = Pulse(theirs, lambda: now[0])
    for _ in range(40):  # a quarter of a beat each
        pulse.beat()
        now[0] += EVERY / 4
    theirs.close()
    heard = 0
    while ours.poll():
        try:
            assert ours.receive() == ("alive",)
        except EOFError:
            break
        heard += 1
    assert heard == 10


def test_the_worker_gives_signs_of_life_between_passes(tiny_network: UNet) -> None:
    ours, theirs = Wire.pair()
    denoisers = {"digits": NetworkDenoiser(tiny_network)}
    thread = threading.Thread(target=worker.draw, args=(theirs, denoisers), daemon=True)
    thread.start()
    # One frame is kept at the end, so that long stretches say nothing of the picture.
    ours.send(("do", 1, Drawing(Request((0,), "ddim", 1000), every=1000), ""))
    while ours.receive() != ("alive",):
        pass
    ours.close()
    thread.join(60)
    assert not thread.is_alive()

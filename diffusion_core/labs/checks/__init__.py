"""The deep dive, checked: each formula computed by two routes that share as little as they can.

A check takes the numbers that a formula of the lesson gives, from the code which the app runs, and
finds the same numbers in another way: by brute force, by chance, by another paper's equation. It
is quick (well below a third of a second), and the same on every run of one machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from diffusion_core.denoiser import NetworkDenoiser
from diffusion_core.errors import RequestError
from diffusion_core.labs.checks.backwards import ddim_update, ddpm_update, ode, same_crowd
from diffusion_core.labs.checks.forwards import closed_form, step_back, two_bells
from diffusion_core.labs.checks.learning import (
    one_answer,
    one_big_step,
    posterior_mean,
    score_is_noise,
    simple_loss,
)
from diffusion_core.labs.checks.steering import folding, guidance, same_snr
from diffusion_core.labs.checks.tools import Check
from diffusion_core.service.work import Networks, Work

__all__ = ["CHECKS", "NETWORK_CHECKS", "Check", "checked", "run_check"]

CHECKS: dict[str, Callable[[], Check]] = {
    "two-bells": two_bells,
    "closed-form": closed_form,
    "step-back": step_back,
    "simple-loss": simple_loss,
    "score": score_is_noise,
    "posterior-mean": posterior_mean,
    "ddpm": ddpm_update,
    "ddim": ddim_update,
    "ode": ode,
    "sde": same_crowd,
    "guidance": guidance,
    "snr": same_snr,
}
"""Those of the mathematics alone, by name ..."""
NETWORK_CHECKS: dict[str, Callable[[NetworkDenoiser], Check]] = {
    "one-answer": one_answer,
    "one-big-step": one_big_step,
    "folding": folding,
}
"""... and those that ask the trained network."""


def run_check(name: str, network: NetworkDenoiser | None = None) -> Check:
    """Compute a check now. RequestError for a name that is not in either table, or for one of
    NETWORK_CHECKS without a network."""
    if name in CHECKS:
        return CHECKS[name]()
    if name in NETWORK_CHECKS and network is not None:
        return NETWORK_CHECKS[name](network)
    raise RequestError(f"There is no check {name!r}.")


def checked(name: str, networks: Networks) -> Work:
    """A check, as JSON. Most of them are mathematics alone, and need no network."""
    yield b""
    check = run_check(name, networks["digits"] if name in NETWORK_CHECKS else None)
    answer = asdict(check) | {"apart": check.apart, "agrees": check.agrees}
    yield json.dumps(answer, allow_nan=False).encode()

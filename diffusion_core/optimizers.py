"""The two optimizers of a training, as one."""

from __future__ import annotations

import torch
from torch import Tensor

from diffusion_core.muon import Muon


class Optimizers:
    """Muon for the matrices inside the network; AdamW for its way in and out, and for vectors.

    Which is which is told by the names: a network calls its way in `enter`, its way out `leave`,
    and what it makes of label and time `label` and `noise_level`.

    rate: how far Muon moves the strongest direction in a step; adam_rate: AdamW's learning rate;
    weight_decay and momentum: of the matrices, as of Muon.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        rate: float,
        adam_rate: float,
        weight_decay: float,
        momentum: float,
    ) -> None:
        # What maps labels, times and pixels into the network is no matrix between equals: its
        # directions mean different things, and making them equally strong would be wrong.
        ends = ("enter", "leave", "label", "noise_level")
        inside: list[Tensor] = []
        rest: list[Tensor] = []
        for name, parameter in network.named_parameters():
            matrix = parameter.ndim > 1 and not name.startswith(ends)
            (inside if matrix else rest).append(parameter)
        self.muon = Muon(inside, rate, weight_decay, momentum)
        self.adam = torch.optim.AdamW(
            rest, lr=adam_rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True
        )
        self._rates = ((self.muon, rate), (self.adam, adam_rate))

    def step(self, share: float) -> None:
        """Apply the network's gradients, with this share of the learning rates."""
        for optimizer, rate in self._rates:
            for group in optimizer.param_groups:
                group["lr"] = share * rate
            optimizer.step()

"""The two optimizers of a training, as one, and what a saved state holds of them."""

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

    def tensors(self) -> dict[str, Tensor]:
        """The state, by names under which `restore` finds it again."""
        return {
            f"{name}/{key}": tensor
            for name, optimizer in (("muon", self.muon), ("adam", self.adam))
            for key, tensor in optimizer_tensors(optimizer).items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Take over the state that `tensors` gave."""
        restore_optimizer(self.muon, under("muon/", tensors))
        restore_optimizer(self.adam, under("adam/", tensors))


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer remembers of each parameter, as "index/name"."""
    return {
        f"{index}/{key}": tensor
        for index, slot in optimizer.state_dict()["state"].items()
        for key, tensor in slot.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Give it back what optimizer_tensors took."""
    state = optimizer.state_dict()
    for path, tensor in tensors.items():
        index, key = path.split("/")
        state["state"].setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict(state)


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those whose name begins with the prefix, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

"""Muon: an optimizer that makes every update of a matrix equally strong in all directions.

The gradient, smoothed, is a matrix U S V^T; Muon moves the weights along about U V^T, so that
directions which are rarely asked for learn as fast as those that dominate. Five iterations of a
polynomial come near enough to U V^T without a decomposition (Jordan et al. 2024, "Muon: An
optimizer for hidden layers in neural networks", algorithm 2 and its section on Newton-Schulz).

torch.optim.Muon does the same, always in bfloat16. A processor without instructions for that format
takes 8 to 40 times as long over it as in float32, which was more than a third of a training step
of a small network (docs/measurements.md); and it takes matrices one by one, where equal shapes can
be taken at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""p(s) = a s + b s^3 + c s^5: five times over, it takes s from (0, 1] to between 0.7 and 1.2 (very
small ones to less)."""
ITERATIONS = 5
TINY = 1e-7


def orthogonalised(matrices: Tensor) -> Tensor:
    """(K, A, B) float32 to the same shape: each matrix with its singular values brought near 1."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    # No singular value is larger than the root of the sum of their squares.
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=TINY)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Trains weights (A, ...), each taken as the matrix (A, B) of its rows.

    lr: how far the strongest direction moves in a step, for wide matrices; tall ones move
    sqrt(A / B) times as far. weight_decay: the share of the weights, times lr, that each step takes
    away. momentum: the share of the average gradient that each step keeps.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float, weight_decay: float, momentum: float
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Apply the gradients."""
        for group in self.param_groups:
            alike: defaultdict[tuple[int, int], list[Tensor]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    alike[len(weight), weight[0].numel()].append(weight)
            for (rows, columns), weights in alike.items():
                update = orthogonalised(
                    torch.stack([self._smoothed(each, group["momentum"]) for each in weights])
                )
                rate = group["lr"] * max(1.0, rows / columns) ** 0.5
                for each, change in zip(weights, update, strict=True):
                    each.mul_(1 - group["lr"] * group["weight_decay"])
                    each.add_(change.view_as(each), alpha=-rate)

    def _smoothed(self, weight: Tensor, momentum: float) -> Tensor:
        """The gradient after Nesterov's momentum, as a matrix (A, B)."""
        gradient, state = weight.grad, self.state[weight]
        assert gradient is not None
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        average: Tensor = state["momentum_buffer"]
        average.lerp_(gradient, 1 - momentum)
        return gradient.lerp(average, momentum).flatten(1)

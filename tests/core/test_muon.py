"""The optimizer of weight matrices, against a decomposition and against torch's."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from diffusion_core.muon import Muon, orthogonalised


def uneven(*shape: int, seed: int = 0) -> Tensor:
    """Matrices whose singular values span two powers of ten."""
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    u, s, v = torch.linalg.svd(x, full_matrices=False)
    return u @ torch.diag_embed(torch.logspace(0, -2, s.shape[-1]).expand_as(s)) @ v


@pytest.mark.parametrize("shape", [(3, 16, 40), (2, 40, 16), (1, 24, 24)])
def test_directions_stay_and_become_equally_strong(shape: tuple[int, int, int]) -> None:
    x = uneven(*shape)
    y = orthogonalised(x)
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    sizes = torch.linalg.svdvals(y)
    assert sizes.min() > 0.5 and sizes.max() < 1.3
    # In the directions of x itself, y is a diagonal matrix.
    within = u.mT @ y @ v.mT
    torch.testing.assert_close(
        within, torch.diag_embed(within.diagonal(dim1=1, dim2=2)), rtol=0, atol=1e-4
    )


def test_the_size_of_the_gradient_does_not_matter_and_none_is_no_step() -> None:
    x = uneven(1, 8, 12)
    torch.testing.assert_close(orthogonalised(1000 * x), orthogonalised(x))
    assert not orthogonalised(torch.zeros(1, 8, 12)).any()


def test_each_matrix_is_taken_alone() -> None:
    x = torch.cat([uneven(1, 8, 12, seed=k) for k in range(3)])
    each = torch.cat([orthogonalised(x[k : k + 1]) for k in range(3)])
    torch.testing.assert_close(orthogonalised(x), each)


@pytest.mark.parametrize("shape", [(16, 4, 3, 3), (8, 4, 1, 1), (40, 16), (12, 5, 3)])
def test_it_goes_where_torchs_goes(shape: tuple[int, ...]) -> None:
    start, count = uneven(*shape[:1], torch.Size(shape[1:]).numel()).view(shape), 5
    ours = torch.nn.Parameter(start.clone())
    theirs = torch.nn.Parameter(start.flatten(1).clone())
    one = Muon([ours], lr=0.02, weight_decay=0.1, momentum=0.95)
    other = torch.optim.Muon([theirs], lr=0.02, weight_decay=0.1, momentum=0.95)
    for step in range(count):
        gradient = uneven(*theirs.shape, seed=step + 1)
        ours.grad, theirs.grad = gradient.view(shape), gradient
        one.step()
        other.step()  # type: ignore[no-untyped-call]
    moved, expected = (
        ours.detach().flatten(1) - start.flatten(1),
        theirs.detach() - start.flatten(1),
    )
    # Theirs is computed in bfloat16: three digits, of each step.
    assert (moved - expected).norm() < 0.03 * expected.norm()


def test_a_weight_without_a_gradient_stays() -> None:
    weight = torch.nn.Parameter(uneven(4, 6))
    before = weight.detach().clone()
    Muon([weight], lr=0.1, weight_decay=0.1, momentum=0.95).step()
    torch.testing.assert_close(weight.detach(), before, rtol=0, atol=0)

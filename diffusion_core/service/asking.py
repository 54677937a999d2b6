"""A run of the reverse process as work: its questions are put to a network."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import TypeVar

from diffusion_core.guidance import Query
from diffusion_core.prediction import Prediction
from diffusion_core.run import Run, Step
from diffusion_core.service.work import Question

Said = TypeVar("Said")


def asking(
    run: Run, network: str, said: Callable[[Step], Iterable[Said]], then: int = 0
) -> Generator[Question | Said, Prediction, None]:
    """Put what a run asks to the network of that name, and say this of each of its steps.

    then: how many steps of the same work follow after the run.
    """
    reply = next(run, None)
    while reply is not None:
        if isinstance(reply, Query):
            query = replace(reply, left=reply.left + then) if then else reply
            answer = yield Question(network, query)
            reply = run.send(answer)
        else:
            yield from said(reply)
            reply = next(run, None)

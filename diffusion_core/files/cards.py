"""What pages say about the shipped model, from its card (checkpoint.py). No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from diffusion_core.files.shipped import ASSETS, read_json

CARD = ASSETS / "model" / "digits.json"


@dataclass(frozen=True)
class Drawn:
    """Of what was found out about its drawings, what pages say."""

    suspiciously_near: float
    """The share that is nearer to a training picture than 99 % of unseen digits are."""


@dataclass(frozen=True)
class Evaluation:
    """How good it is."""

    drawn: Drawn


@dataclass(frozen=True)
class Card:
    """How the model came to be."""

    parameters: int
    epochs: float
    minutes: float
    machine: str
    test_loss: float
    evaluation: Evaluation | None = None
    """A model that was trained a moment ago has not been measured yet."""


@cache
def shipped_card() -> Card:
    """The card of the model that ships. AssetError if it is missing or makes no sense."""
    return read_json(CARD, Card)

"""How well notes were made, as a table: for the terminal and for the model card (card.py)."""

from __future__ import annotations

from typing import Any


def sound_table(made: dict[str, Any], real: dict[str, Any]) -> list[str]:
    """Two reports (evaluation.NotesReport) side by side, as the lines of a Markdown table."""
    rows = [
        ("the pitch asked for is found", *(f"{side['right']:.1%}" for side in (made, real))),
        ("distance from it, median", *(f"{side['cents']:.1f} cents" for side in (made, real))),
        ("clarity of the pitch, median", *(f"{side['clarity']:.3f}" for side in (made, real))),
        ("noise between the partials", *(f"{side['floor']:.1f} dB" for side in (made, real))),
    ]
    lines = [f"| {what:<28} | {ours:>10} | {theirs:>11} |" for what, ours, theirs in rows]
    head = f"| {'':<28} | {'made':>10} | {'synthesised':>11} |"
    return [head, f"|{'-' * 30}|{'-' * 11}:|{'-' * 12}:|", *lines]

"""The sound model's part of the model card for people (diffusion_core/commands/card.py)."""

from __future__ import annotations

from typing import Any


def sound_section(card: dict[str, Any]) -> list[str]:
    """The section as Markdown; empty without a card."""
    if not card:
        return []
    shape = card.get("network", {})
    parts = [
        "## The sound model",
        "\n".join(
            f"- {point}"
            for point in (
                f"{card.get('what', 'A diffusion model of notes.')} `sound.safetensors`.",
                f"The same network over one dimension: {card.get('parameters', 0):,} parameters, "
                f"{shape.get('fold', 0)} samples folded into each cell, stored as float16.",
                f"Data: {card.get('data', 'synthesised notes')}.",
                f"{card.get('epochs', 0):g} epochs in {card.get('minutes', 0):g} minutes on "
                f"{card.get('machine', 'a machine unknown')}, which did other things besides; "
                f"finished {card.get('finished', 'unknown')}: `{card.get('command', '')}`.",
                *([card["note"]] if card.get("note") else []),
                "It makes single notes of half a second, C4 to C5, of two kinds of instrument, and "
                "nothing else.",
            )
        ),
    ]
    if entry := card.get("evaluation"):
        parts += [
            f"{entry['count']} notes, equally many of each pitch, {entry['sampler']} in "
            f"{entry['steps']} steps, seed {entry['seed']}, measured on {entry['date']} by "
            "`python -m diffusion_core evaluate --what sound`; beside them as many synthesised "
            "notes that took no part in training:",
            "\n".join(sound_table(entry["made"], entry["real"])),
        ]
    return parts


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

"""The model card for people: the JSON card beside the weights, as a page of Markdown.

It is written anew whenever the model is evaluated, so that no figure in it is typed by hand. What
it says of the model's limits follows from the figures too.
"""

from __future__ import annotations

import math
from typing import Any

from diffusion_core.commands.sound_card import sound_section

Card = dict[str, Any]
"""A card, or the evaluation in it (see commands/evaluate.py), as JSON has it."""

NAMES = {
    "frechet": "Fréchet distance to the training set",
    "precision": "precision: drawn pictures that look real",
    "recall": "recall: real pictures that could be drawn",
    "density": "density: how firmly among real ones",
    "coverage": "coverage: real neighbourhoods reached",
    "accuracy": "accuracy: shows the digit asked for",
    "nearest": "distance to the nearest training picture",
    "suspiciously_near": "nearer than 99 % of unseen real digits",
}
SHARES = {"precision", "recall", "coverage", "accuracy", "suspiciously_near"}

FRECHET_GOALS = {("dpmpp", 20): 1.5, ("leap", 2): 3.0, ("leap", 4): 2.0}
"""We aim for at most so many times the distance of unseen real digits, by sampler and steps."""


def frechet_goal(entry: Card) -> float:
    """The goal for an evaluation; infinite where there is none."""
    return FRECHET_GOALS.get((entry["sampler"], entry["steps"]), math.inf)


def goal_words(entry: Card) -> str:
    """The goal in brackets; empty where there is none."""
    goal = frechet_goal(entry)
    return f" (goal: at most {goal:g})" if goal < math.inf else ""


ALWAYS = (
    "It draws single digits of 28x28 grey pixels and nothing else.",
    "MNIST is handwriting of American census employees and pupils, around 1990: other hands "
    "write some digits in ways that the model has never seen.",
    "The figures come from our own small classifiers, so that they can be measured anywhere in "
    "minutes; they cannot be compared with the Fréchet Inception Distances of papers.",
)


def evaluation_table(entry: Card) -> list[str]:
    """An evaluation as the lines of a Markdown table, aligned for a terminal too."""
    rows = [["", "drawn", "unseen real digits"]]
    for key, name in NAMES.items():
        rows.append([name, *(_figure(key, entry[side][key]) for side in ("drawn", "unseen"))])
    first, second, third = (max(len(row[column]) for row in rows) for column in range(3))
    lines = [f"| {row[0]:<{first}} | {row[1]:>{second}} | {row[2]:>{third}} |" for row in rows]
    rule = f"|{'-' * (first + 2)}|{'-' * (second + 1)}:|{'-' * (third + 1)}:|"
    return [lines[0], rule, *lines[1:]]


def _figure(key: str, value: float) -> str:
    return f"{value:.2%}" if key in SHARES else f"{value:.3f}"


def known_limits(entry: Card) -> list[str]:
    """What an evaluation says against the model, one sentence for each shortfall; may be empty."""
    drawn, unseen, ratio = entry["drawn"], entry["unseen"], entry["frechet_ratio"]
    limits = []
    if ratio > (goal := frechet_goal(entry)):
        limits.append(
            f"The Fréchet distance is {ratio:.1f} times that of unseen real digits, more than the "
            f"{goal:g} times that we aim for: as a whole, the drawings differ measurably from "
            "real digits."
        )
    elif ratio > 1.2:
        limits.append(
            f"The Fréchet distance is {ratio:.1f} times that of unseen real digits, where 1 would "
            "be perfect: small differences from real digits remain."
        )
    if drawn["accuracy"] < unseen["accuracy"] - 0.002:
        each = drawn["accuracy_per_label"]
        weakest = min(range(len(each)), key=each.__getitem__)
        limits.append(
            "An independent classifier does not see the requested digit in "
            f"{1 - drawn['accuracy']:.1%} of the drawings (of unseen real digits: "
            f"{1 - unseen['accuracy']:.1%}); most often where a {weakest} was asked for, "
            f"{1 - each[weakest]:.1%}."
        )
    if drawn["precision"] < unseen["precision"] - 0.02:
        limits.append(
            f"Some drawings look like no real digit: {1 - drawn['precision']:.1%} lie outside of "
            f"what training digits span, against {1 - unseen['precision']:.1%} of unseen real ones."
        )
    for measure, what in (("recall", "rare ways of writing"), ("coverage", "some kinds of digit")):
        if drawn[measure] < unseen[measure] - 0.02:
            limits.append(
                f"Variety is not complete: {measure} is {drawn[measure]:.1%}, where real digits "
                f"reach {unseen[measure]:.1%}, so {what} come too seldom."
            )
    if drawn["suspiciously_near"] > 0.02:
        limits.append(
            f"{drawn['suspiciously_near']:.1%} of the drawings are closer to a training picture "
            "than 99 % of unseen real digits are. Plain, tidy digits have many near neighbours, so "
            "this need not be copying, but some drawings resemble a training picture closely."
        )
    return limits


def model_card(digits: Card, leap: Card | None = None, sound: Card | None = None) -> str:
    """The card as Markdown, with those of the distilled model and of the sound model, if any.

    Where the JSON cards say nothing, the page says so or is silent.
    """
    entry = digits.get("evaluation")
    limits = [*(known_limits(entry) if entry else []), *ALWAYS]
    parts = [
        "# The model that draws the digits",
        digits.get("what", "A diffusion model of MNIST digits."),
        "It is made for teaching: small enough to be trained, and to draw, on an ordinary "
        "processor. `python -m diffusion_core evaluate` writes this page; do not edit it by hand.",
        "## Network",
        _network(digits),
        "## Training",
        _training(digits),
        *(_tried(digits["tried"]) if digits.get("tried") else []),
        "## Data",
        f"{digits.get('data', 'MNIST')}, unchanged but for pixels scaled to [-1, 1]. The data set "
        "is due to Y. LeCun, C. Cortes and C. Burges, and not part of this repository. The test "
        "images took no part in training, only in measuring.",
        "## How good it is",
        _evaluation(entry) if entry else "Not measured yet: run `make evaluate`.",
        *(_distilled(leap) if leap else []),
        *sound_section(sound or {}),
        "## Known limits",
        _bullets(limits),
        "## Licence",
        "The weights are ours and under the MIT licence, like the code.",
        "## How to reproduce",
        f"```\n{digits.get('command', 'python -m diffusion_core train')}\n"
        "python -m diffusion_core evaluate\n```",
        "The same steps on another machine give a model as good as this one, but not the same "
        "numbers to the last digit: processors round differently.",
    ]
    return "\n\n".join(parts) + "\n"


def _tried(tried: Card) -> list[str]:
    """The section about what was tried: {"how": sentence, "rows": [[what, loss, speed], ...]}."""
    lines = ["| | loss on test digits | pictures/s in training |", "|---|---|---|"]
    lines += [f"| {what} | {loss:.4f} | {speed:.0f} |" for what, loss, speed in tried["rows"]]
    return ["### What was tried", tried["how"], "\n".join(lines)]


LEAP_SHARES = ("coverage", "precision", "recall", "accuracy")


def _distilled(card: Card) -> list[str]:
    """The section about the distilled model."""
    training = card.get("training", {})
    points = [
        f"A copy of {card.get('teacher', 'the network above')} that was taught to give finished "
        "pictures: `leap.safetensors`, used by the sampler `leap` in 1, 2 or 4 network calls.",
        "It learned where its teacher's guided paths end "
        f"({training.get('paths', 0):,} paths of {training.get('path_steps', 0)} steps, guidance "
        f"{training.get('guidance', 0):g}, which is so folded in), and from a critic that compares "
        "its pictures with training digits (`diffusion_core/distillation.py` says how and whose "
        "ideas these are).",
        f"{card.get('minutes', 0):g} minutes on {card.get('machine', 'a machine unknown')}, "
        f"finished {card.get('finished', 'unknown')}: `{card.get('command', '')}`.",
    ]
    parts = ["## The distilled model", _bullets(points)]
    if entries := card.get("evaluations"):
        lines = [
            "| leaps | Fréchet distance, times that of unseen digits | goal | coverage | precision "
            "| recall | accuracy |",
            "|---|---|---|---|---|---|---|",
        ]
        for steps, entry in sorted(entries.items(), key=lambda item: int(item[0])):
            goal = frechet_goal(entry)
            drawn = entry["drawn"]
            shares = " | ".join(f"{drawn[name]:.2%}" for name in LEAP_SHARES)
            shown = f"{goal:g}" if goal < math.inf else ""
            lines.append(f"| {steps} | {entry['frechet_ratio']:.2f} | {shown} | {shares} |")
        parts.append("\n".join(lines))
    return parts


def _bullets(points: list[str]) -> str:
    return "\n".join(f"- {point}" for point in points)


def _settings(fields: Card) -> str:
    """`name` value, ...: the settings as they are called in the code."""
    shown = {
        name: " and ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.items())


def _network(card: Card) -> str:
    points = [
        "A U-Net that is told the noise level and which digit to draw (or that any will do).",
        "It predicts the velocity v = alpha eps - sigma x_0, on a cosine schedule.",
    ]
    if "parameters" in card:
        points.append(f"{card['parameters']:,} parameters, stored as float16.")
    if "network" in card:
        points.append(f"Shape: {_settings(card['network'])}.")
    return _bullets(points)


def _training(card: Card) -> str:
    points = []
    if "epochs" in card and "minutes" in card:
        points.append(f"{card['epochs']:g} epochs in {card['minutes']:g} minutes.")
    if "machine" in card:
        points.append(f"Machine: {card['machine']}.")
    if "finished" in card:
        points.append(f"Finished: {card['finished']}.")
    if "training" in card:
        points.append(f"Settings: {_settings(card['training'])}.")
    if card.get("test_loss"):
        points.append(
            f"Loss on test digits: {card['test_loss']:.4f} (squared error of v, mean over pixels)."
        )
    if card.get("note"):
        points.append(card["note"])
    return _bullets(points) or "The card of these weights does not say how they were trained."


def _evaluation(entry: Card) -> str:
    setup = (
        f"{entry['count']:,} pictures, equally many of each digit, drawn with {entry['sampler']} "
        f"in {entry['steps']} steps ({entry['network_calls']:g} network calls a picture), guidance "
        f"{entry['guidance']:g}, seed {entry['seed']}. Measured on {entry['date']}."
    )
    reading = (
        f"The right column is {entry['count']:,} MNIST test digits through the same measures: what "
        "a perfect model would score. The Fréchet distance is to the 60,000 training digits, each "
        "of the ten counting the same; that of the drawings is "
        f"**{entry['frechet_ratio']:.2f} times** that of the test digits"
        f"{goal_words(entry)}. Drawings should be about as near to training pictures as unseen "
        "digits are: much nearer would mean copying. Distances between pictures are Euclidean, "
        "with pixels from 0 to 1."
    )
    return "\n\n".join([setup, "\n".join(evaluation_table(entry)), reading])

"""The model card for people: the JSON card beside the weights, as a page of Markdown.

It is written anew whenever the model is evaluated, so that no figure in it is typed by hand. What
it says of the model's limits follows from the figures too.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from diffusion_core.commands.sound_card import sound_table

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

    Its words are card.md.jinja. Where the JSON cards say nothing, the page says so or is silent.
    """
    entry = digits.get("evaluation")
    limits = [*(known_limits(entry) if entry else []), *ALWAYS]
    template = _templates().get_template("card.md.jinja")
    return template.render(digits=digits, entry=entry, leap=leap, sound=sound, limits=limits)


def _templates() -> Environment:
    # What is written is Markdown, and for whoever ran the command: nothing is to be escaped.
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {
        "evaluation_table": evaluation_table,
        "goal": lambda entry: f"{goal:g}" if (goal := frechet_goal(entry)) < math.inf else "",
        "goal_words": goal_words,
        "settings": _settings,
        "sound_table": lambda entry: sound_table(entry["made"], entry["real"]),
    }
    return found


def _settings(fields: Card) -> str:
    """`name` value, ...: the settings as they are called in the code."""
    shown = {
        name: " and ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.items())

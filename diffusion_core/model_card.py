"""The model card for people: the JSON card beside the weights, as a page of Markdown.

It is written anew whenever the model is evaluated, so that no figure in it is typed by hand. What
it says of the model's limits follows from the figures too.
"""

from __future__ import annotations

from typing import Any

NAMES = {
    "frechet": "Fréchet distance to the training set",
    "precision": "precision: drawn pictures that look real",
    "recall": "recall: real pictures that could be drawn",
    "density": "density: how firmly among real ones",
    "coverage": "coverage: real neighbourhoods reached",
    "accuracy": "accuracy: shows the digit asked for",
    "nearest": "distance to nearest training picture",
    "suspiciously_near": "nearer than 99 % of unseen digits",
}
SHARES = {"precision", "recall", "coverage", "accuracy", "suspiciously_near"}


def evaluation_table(entry: dict[str, Any]) -> list[str]:
    """An evaluation (see commands/evaluate.py) as the lines of a Markdown table."""
    rows = [["", "drawn", "unseen real digits"]]
    for key, name in NAMES.items():
        rows.append([name, *(_figure(key, entry[side][key]) for side in ("drawn", "unseen"))])
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"| {row[0]:<{widths[0]}} | {row[1]:>{widths[1]}} | {row[2]:>{widths[2]}} |" for row in rows
    ]
    rule = f"|{'-' * (widths[0] + 2)}|{'-' * (widths[1] + 1)}:|{'-' * (widths[2] + 1)}:|"
    return [lines[0], rule, *lines[1:]]


def _figure(key: str, value: float) -> str:
    return f"{value:.2%}" if key in SHARES else f"{value:.3f}"


def known_limits(entry: dict[str, Any]) -> list[str]:
    """What an evaluation says against the model: one sentence for each point, worst first."""
    drawn, unseen, ratio = entry["drawn"], entry["unseen"], entry["frechet_ratio"]
    limits = []
    if ratio > 3:
        limits.append(
            f"The Fréchet distance is {ratio:.1f} times that of real unseen digits, more than the "
            "three times that we aim for: taken together, the drawn digits differ measurably from real ones."
        )
    elif ratio > 1.2:
        limits.append(
            f"The Fréchet distance is {ratio:.1f} times that of real unseen digits, where 1 would "
            "be perfect: by eye the sets are hard to tell apart, by measurement they are not."
        )
    if drawn["accuracy"] < unseen["accuracy"] - 0.002:
        each = drawn["accuracy_per_label"]
        weakest = min(range(10), key=each.__getitem__)
        limits.append(
            f"An independent classifier does not see the requested digit in "
            f"{1 - drawn['accuracy']:.1%} of the pictures (real digits: {1 - unseen['accuracy']:.1%}); "
            f"most often when a {weakest} was asked for ({1 - each[weakest]:.1%})."
        )
    if drawn["precision"] < unseen["precision"] - 0.02:
        limits.append(
            f"Some drawings look like no real digit: {1 - drawn['precision']:.1%} lie outside of what "
            f"training digits span, against {1 - unseen['precision']:.1%} of unseen real ones."
        )
    for measure, what in (("recall", "rare ways of writing"), ("coverage", "some kinds of digit")):
        if drawn[measure] < unseen[measure] - 0.02:
            limits.append(
                f"Variety is not complete: {measure} is {drawn[measure]:.1%}, where real digits reach "
                f"{unseen[measure]:.1%}, so {what} come too seldom."
            )
    if drawn["suspiciously_near"] > 0.02:
        limits.append(
            f"{drawn['suspiciously_near']:.1%} of the drawings are closer to a training picture than "
            "99 % of unseen digits are. Plain, tidy digits have many near neighbours, so this need "
            "not be copying, but single pictures may resemble a training picture closely."
        )
    return limits


ALWAYS = [
    "It draws single digits of 28x28 grey pixels and nothing else.",
    "MNIST is handwriting of American census employees and pupils, around 1990: other hands "
    "write some digits in ways that the model has never seen.",
    "The figures come from our own small classifiers, so that they can be measured anywhere in "
    "minutes; they cannot be compared with Fréchet Inception Distances in papers.",
]


def model_card(card: dict[str, Any]) -> str:
    """The card as Markdown. Of what the JSON card does not say, the page says so or is silent."""
    network, training, entry = (card.get(key, {}) for key in ("network", "training", "evaluation"))
    parts = [
        "# The model that draws the digits",
        card.get("what", "A diffusion model of MNIST digits."),
        "It is made for teaching: small enough to be trained and to draw on an ordinary processor. "
        "This page is written by `python -m diffusion_core evaluate`; do not edit it by hand.",
        "## Network",
        "A U-Net that is told the noise level and the digit (or no digit), and predicts the velocity "
        "v = alpha eps - sigma x_0 on a cosine schedule."
        + (f" {card['parameters']:,} parameters, stored as float16." if "parameters" in card else ""),
        _list(network),
        "## Training",
        _training(card),
        _list(training),
        "## Data",
        f"{card.get('data', 'MNIST')}, as they are, with pixels scaled to [-1, 1]. The data set is "
        "due to Y. LeCun, C. Cortes and C. Burges, and no part of this repository. The test images "
        "took no part in training, only in measuring.",
        "## How good it is",
        *(_evaluation(entry) if entry else ["Not measured yet: run `make evaluate`."]),
        "## Known limits",
        "\n".join(f"- {limit}" for limit in [*(known_limits(entry) if entry else []), *ALWAYS]),
        "## Licence",
        "The weights are ours and under the MIT licence, like the code.",
        "## How to reproduce",
        _reproduce(card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(fields: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        return " and ".join(map(str, value)) if isinstance(value, list | tuple) else f"{value}"

    return "\n".join(f"- {name.replace('_', ' ')}: {shown(value)}" for name, value in fields.items())


def _training(card: dict[str, Any]) -> str:
    if "minutes" not in card:
        return "The card of these weights does not say how they were trained."
    tested = card.get("test_loss")
    return (
        f"{card['epochs']:g} epochs in {card['minutes']:g} minutes on {card['machine']}, "
        f"finished on {card['finished']}."
        + (f" Loss on test digits: {tested:.4f} (mean squared error of v per pixel)." if tested else "")
    )


def _evaluation(entry: dict[str, Any]) -> list[str]:
    return [
        f"{entry['count']:,} pictures, equally many of each digit, drawn with {entry['sampler']} in "
        f"{entry['steps']} steps ({entry['network_calls']:g} network calls a picture), guidance "
        f"{entry['guidance']:g}, seed {entry['seed']}; measured on {entry['date']}.",
        "\n".join(evaluation_table(entry)),
        f"The right column is {entry['count']:,} MNIST test digits through the same measures: what "
        "a perfect model would score. The Fréchet distance is to all 60,000 training digits, with each "
        "digit counting the same; that of the drawn pictures is "
        f"{entry['frechet_ratio']:.2f} times that floor. Nearness to training pictures should be "
        "about that of unseen digits: much nearer would mean copying. Distances between pictures "
        "are Euclidean, with pixels from 0 to 1.",
    ]


def _reproduce(card: dict[str, Any]) -> str:
    train = card.get("command", "python -m diffusion_core train")
    lines = [f"{train}    # then", "python -m diffusion_core evaluate"]
    return (
        "```\n" + "\n".join(lines) + "\n```\n\nTraining again on the same kind of machine gives the same "
        "quality, not the same bits: other processors round differently."
    )

"""A test on paper: one HTML file that any browser prints, with the answer key on a page of its own.

It needs nothing from the internet: formulas are MathML, which browsers set by themselves, and all
else is in the file. The project makes its handouts with matplotlib, which places single lines and
cannot set pages of running text with lists and code; a browser can, and who prints has one.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from quizzes.export.chosen import TITLE, Chosen
from quizzes.export.markup import html, mathml
from quizzes.schema import LETTERS
from quizzes.selection import TEST_LENGTH, Drawn

PRAISE = re.compile(r"^(Yes|Right|Exactly)[.,:] ")
"""What feedback begins with on a screen, and what a key has no use for."""
STYLE = Path(__file__).with_suffix(".css")


def paper(chosen: Chosen) -> bytes:
    """The questions with boxes to tick, a line for a name, and the key."""
    title = TITLE if chosen.seed is None else f"{TITLE}: test {chosen.seed}"
    questions = "\n".join(map(_question, chosen.drawn))
    key = "\n".join(_row(number, one) for number, one in enumerate(chosen.drawn, 1))
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{STYLE.read_text("utf-8")}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="of">{_of(chosen)}</p>
<p class="who"><span>Name</span><span>Date</span></p>
<ol class="questions">
{questions}
</ol>
<section class="key">
<h2>{title}, answer key</h2>
<p class="of">{_on_screen(chosen)}</p>
<table>
<thead><tr><th scope="col">No.</th><th scope="col">Answer</th><th scope="col">Why</th></tr></thead>
<tbody>
{key}
</tbody>
</table>
</section>
</main>
</body>
</html>
""".encode()


def _of(chosen: Chosen) -> str:
    count = len(chosen.drawn)
    about = [f"{count} question{'s' * (count != 1)}", chosen.narrowed]
    return f"{escape(' · '.join(filter(None, about)))}. One answer is right in each."


def _on_screen(chosen: Chosen) -> str:
    """How the same test is found in the app, if it is one of those that the app draws."""
    if chosen.seed is None or chosen.narrowed or len(chosen.drawn) != TEST_LENGTH:
        return "For the teacher."
    link = f"/practice?set=test&amp;test={chosen.seed}"
    return f"For the teacher. The same test on screen, graded: <code>{link}</code>"


def _question(drawn: Drawn) -> str:
    options = "".join(
        f'<li><span class="box"></span><span class="letter">{letter}</span>'
        f"{html(option.text, mathml)}</li>"
        for letter, (_, option) in zip(LETTERS, drawn.options, strict=True)
    )
    stem = html(drawn.question.stem, mathml)
    return f'<li>{stem}<ol class="options">{options}</ol></li>'


def _row(number: int, drawn: Drawn) -> str:
    options = zip(LETTERS, (option for _, option in drawn.options), strict=True)
    letter, right = next((letter, option) for letter, option in options if option.right)
    why = html(PRAISE.sub("", right.feedback), mathml)
    return f"<tr><td>{number}</td><td>{letter}</td><td>{why}</td></tr>"

"""The bank's Markdown, as other programs read it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from quizzes.bank import load_bank
from quizzes.export.markup import canvas, html, mathml, solution


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain", "plain"),
        ("**bold** and *this*", "<strong>bold</strong> and <em>this</em>"),
        ("$x_t = a_t x_0$ here", r"\(x_t = a_t x_0\) here"),
        ("$a < b$ & c", r"\(a &lt; b\) &amp; c"),
        ("$$\\sigma^2$$", r"\[\sigma^2\]"),
        ("$a$ and $b$", r"\(a\) and \(b\)"),
        ("it costs $5 or $6", "it costs $5 or $6"),
        (r"it costs \$5 and $x$", r"it costs $5 and \(x\)"),
        ("the [[noise]] and [[fog|noise]]", "the noise and fog"),
        ("see [Forward](/forward?t=5)", "see Forward"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("`x_0`", "<code>x_0</code>"),
        ("`$a$ [[b]]` and $c$", r"<code>$a$ [[b]]</code> and \(c\)"),
        ("\ue0009\ue001\x0b", "9"),
    ],
)
def test_markdown(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


def test_a_formula_for_canvas() -> None:
    made = html(r"so $\frac{a}{b} < 1$", canvas)
    assert 'src="/equation_images/%255Cfrac%257Ba%257D%257Bb%257D%2520%253C%25201"' in made
    assert r'alt="LaTeX: \frac{a}{b} &lt; 1"' in made


def test_every_formula_of_the_bank_is_mathml() -> None:
    """In a browser nothing is left of LaTeX: no command, no dollar."""
    found = 0
    for question in load_bank().questions.values():
        texts = [
            question.stem,
            *question.hints,
            *(o.text + " " + o.feedback for o in question.options),
        ]
        for made in [*(html(text, mathml) for text in texts), solution(question, mathml)]:
            for piece in made.split("<math")[1:]:
                formula = ET.fromstring("<math" + piece.split("</math>")[0] + "</math>")
                said = "".join(formula.itertext())
                assert "\\" not in said and "$" not in said and "{" not in said
                found += 1
    assert found > 100

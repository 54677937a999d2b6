r"""The bank's Markdown as HTML, with formulas as the program that reads it wants them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import quote

from markdown_it import MarkdownIt

from quizzes.schema import Question

# Raw HTML is shown, not obeyed: in another program it has no place.
MARKDOWN = MarkdownIt("commonmark", {"html": False})
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
DISPLAYED = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$(?![\s$])([^$\n]*?)(?<![\s\\])\$(?!\d)")
TERM = re.compile(r"\[\[([^\]|]+)(?:\|[^\]]+)?\]\]")
LINK = re.compile(r"\[([^\]]+)\]\((?:/|#)[^)]*\)")
"""To a page of the app, which other programs cannot open."""
CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xE000, 0xE001])
"""Not allowed in XML; and two that mark the places of formulas here."""

Formula = Callable[[str, bool], str]
"""LaTeX, and whether it stands in a line of its own, to HTML."""


def mathjax(tex: str, displayed: bool) -> str:
    r"""In \( \) or \[ \], as MathJax finds them: in Anki, and in Moodle as it comes."""
    inside = escape(tex, quote=False)
    return rf"\[{inside}\]" if displayed else rf"\({inside}\)"


def canvas(tex: str, displayed: bool) -> str:
    """As the equation editor of Canvas leaves it: a picture that its server makes of LaTeX."""
    address = quote(quote(tex, safe=""), safe="")
    said = escape(tex)
    picture = (
        f'<img class="equation_image" title="{said}" src="/equation_images/{address}" '
        f'alt="LaTeX: {said}" data-equation-content="{said}">'
    )
    return f'<p style="text-align: center;">{picture}</p>' if displayed else picture


def mathml(tex: str, displayed: bool) -> str:
    """As browsers set it, and screen readers say it, without a script."""
    from latex2mathml.converter import convert

    return convert(tex, display="block" if displayed else "inline")


def html(markdown: str, formula: Formula = mathjax) -> str:
    """Markdown as in the bank to HTML. A text of one paragraph has no <p> around it."""
    kept: list[str] = []

    def put_aside(made: str) -> str:
        kept.append(made)
        return f"\ue000{len(kept) - 1}\ue001"

    def with_formulas(text: str) -> str:
        # Markdown must not see a formula: to it, x_t … x_0 is emphasis.
        text = LINK.sub(r"\1", TERM.sub(r"\1", text))
        text = DISPLAYED.sub(lambda found: put_aside(formula(found[1].strip(), True)), text)
        return INLINE.sub(lambda found: put_aside(formula(found[1].strip(), False)), text)

    text = _outside(CODE, with_formulas, markdown.translate(CONTROL))
    made = MARKDOWN.render(text).strip()
    if made.count("<p>") == 1 and made.startswith("<p>") and made.endswith("</p>"):
        made = made.removeprefix("<p>").removesuffix("</p>")
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], made)


def _outside(pattern: re.Pattern[str], change: Callable[[str], str], text: str) -> str:
    """Change what lies between the places that the pattern finds."""
    parts, end = [], 0
    for found in pattern.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def listed(items: Iterable[str], formula: Formula = mathjax) -> str:
    """A numbered list."""
    return f"<ol>{''.join(f'<li>{html(item, formula)}</li>' for item in items)}</ol>"


def solution(question: Question, formula: Formula = mathjax) -> str:
    """What is said in the end, whatever was chosen: how to find it, and what to keep."""
    sources = "; ".join(html(source, formula) for source in question.sources)
    return (
        f"<p>{html(question.final, formula)}</p>{listed(question.solution, formula)}"
        f"<p><strong>Check:</strong> {html(question.check, formula)}</p>"
        f"<p><strong>Rule of thumb:</strong> {html(question.rule, formula)}</p>"
        f"<p><small>Sources: {sources}</small></p>"
    )

"""The lines of diffusion_core that compute a formula, read from the file itself.

What a page shows beside a formula is cut out of the source each time, so it cannot drift from what
runs. The files are read as text: no page imports torch.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from diffusion_core.errors import UserFacingError

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = "diffusion_core"

PARSING = Lock()
"""Two threads may not parse at once: Python 3.11 counts the depth of both trees with one counter,
and breaks off with a SystemError when it does not come out even."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class SourceError(UserFacingError):
    """A reference to the source points nowhere, or to more than one place."""


@dataclass(frozen=True)
class Excerpt:
    """Some lines of a file."""

    file: str
    """Its path inside the project."""
    first: int
    """Line numbers, from 1, both included."""
    last: int
    name: str
    """Of the function they are in, with its class."""
    code: str
    """Those lines without their common indent."""


def source_of(reference: str, begin: str | None = None, end: str | None = None) -> Excerpt:
    """The body of the function that a reference names: "samplers.ddim", "unet.UNet.forward", or
    with a wing before it "labs.exact.Gaussian.spread".

    With `begin`, only the statement of it that contains this text, and with `end` everything from
    there to the statement that contains that. Each text must stand on one line of the body alone,
    the docstring apart. SourceError, which names the reference, if anything is not found.
    """
    folder, (module, *names) = ROOT / PACKAGE, reference.split(".")
    while module.isidentifier() and names and (folder / module).is_dir():
        folder, (module, *names) = folder / module, names
    path = folder / f"{module}.py"
    if not module.isidentifier() or not path.is_file():
        raise SourceError(
            f"The source {reference} cannot be found: there is no {PACKAGE}/{module}.py."
        )
    return _excerpt(path, path.stat().st_mtime_ns, reference, tuple(names), begin, end)


@cache
def _excerpt(
    path: Path,
    changed: int,
    reference: str,
    names: tuple[str, ...],
    begin: str | None,
    end: str | None,
) -> Excerpt:
    text = path.read_text("utf-8")
    with PARSING:
        node: ast.Module | Definition = ast.parse(text)
    for name in names:
        found = [n for n in node.body if isinstance(n, Definition) and n.name == name]
        if len(found) != 1:
            raise SourceError(
                f"The source {reference} cannot be found: {PACKAGE}/{path.name} has no {name}."
            )
        node = found[0]
    lines = text.splitlines()
    shown = _body(node)
    if begin is not None:
        first = _statement(node, _line_with(begin, lines, shown, reference)).lineno
        final = _statement(node, _line_with(end or begin, lines, shown, reference)).end_lineno
        shown = [number for number in shown if first <= number <= (final or first)]
    if not shown:
        raise SourceError(f"The source {reference} is empty from “{begin}” to “{end}”.")
    code = textwrap.dedent("\n".join(lines[number - 1] for number in shown))
    file = str(path.relative_to(ROOT))
    return Excerpt(file, shown[0], shown[-1], ".".join(names), code)


def _body(node: ast.Module | Definition) -> list[int]:
    """The numbers of its lines below the signature and the docstring."""
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not statements:
        return []
    return [*range(statements[0].lineno, (statements[-1].end_lineno or 0) + 1)]


def _line_with(fragment: str, lines: list[str], shown: list[int], reference: str) -> int:
    found = [number for number in shown if fragment in lines[number - 1]]
    if len(found) != 1:
        raise SourceError(
            f"The source {reference} has “{fragment}” on {len(found)} lines: it must be on one."
        )
    return found[0]


def _statement(node: ast.AST, line: int) -> ast.stmt:
    """The innermost statement on this line."""
    around = [
        n
        for n in ast.walk(node)
        if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or 0)
    ]
    return max(around, key=lambda n: n.lineno)

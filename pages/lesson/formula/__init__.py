"""A live check: one number of a formula, found in two ways, fetched when it comes into view."""

from __future__ import annotations

from pathlib import Path

from pages.shared.component import component

HERE = Path(__file__).parent

_check = component(
    "check",
    "lesson/formula/check.js",
    [HERE / "check.css"],
    html='<div class="root" role="group" aria-label="Live check"></div>\n',
)


def live_check(name: str) -> None:
    """Show the check of that name (diffusion_core/checks)."""
    _check(key=f"check-{name}", data={"name": name})


__all__ = ["live_check"]

"""What pages import, imported before anybody comes.

Pages run in threads. Two of them that import a large library for the first time at the same moment
can each meet the other's half of it: Plotly looks for pandas among the modules that are loaded, and
takes one that is still loading for whole. So everything is there before the first page runs.
"""

from __future__ import annotations

import logging
import pkgutil
from importlib import import_module
from types import ModuleType

from PIL import Image

OURS = (
    "pages.exports",
    "pages.frame",
    "pages.guided",
    "pages.http",
    "pages.labs",
    "pages.lesson",
    "pages.quiz",
    "pages.shared",
    "pages.stage",
    "quizzes",
)
"""Packages of which every module is imported."""
THEIRS = (
    # Streamlit looks with pandas at whatever a component is given, and pandas brings pyarrow.
    "pandas",
    "streamlit.material_icon_names",
    # Plotly imports its parts when a figure is made, ...
    "plotly.animation",
    "plotly.exceptions",
    "plotly.graph_objects",
    "plotly.graph_objs._deprecations",
    "plotly.io._json",
    "plotly.offline",
    "plotly.tools",
    # ... pydantic one of its own when it looks at a dataclass, the cards for Anki and the formulas
    # of a test on paper when somebody wants them, pictures and archives when they are read.
    "genanki",
    "latex2mathml.converter",
    "encodings.cp437",
    "pydantic.dataclasses",
    "PIL.ImageChops",
    "PIL.ImageFile",
    "PIL.ImageSequence",
)
"""What they import when they need it, or what others import for them.

Not matplotlib, which costs 50 MB and is only ever in the one thread that makes handouts."""


logger = logging.getLogger("through-the-fog")


def import_all() -> None:
    """Import it all, once. Call it where no other thread imports anything.

    What cannot be imported stands in the log. The pages that need it will say so, the others work.
    """
    for name in THEIRS:
        _import(name)
    # Pillow's own way to import the formats that it knows.
    Image.init()
    for package in OURS:
        folder = _import(package)
        for module in pkgutil.walk_packages(getattr(folder, "__path__", []), f"{package}."):
            if not module.name.endswith("__main__"):
                _import(module.name)


def _import(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except Exception as error:
        logger.warning("%s cannot be imported: %s", name, error)
        return None

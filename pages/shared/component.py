"""Components: pictures and controls that live in the browser, each a module in this project.

Streamlit takes a component's JavaScript as text and makes a module of it that has no address, from
which relative imports lead nowhere. So that text only fetches the real module, whose imports are
those of any JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.http.modules import VERSION, needed_by

LOADER = """
const root = new URL("js/VERSION/", document.baseURI);
const all = PATHS.map((path) => import(new URL(path, root).href));
const loaded = await Promise.all(all).catch(() => null);

// Where the server could not be reached, there is still a sentence that says what to do.
function missing({ parentElement }) {
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.textContent =
    "A part of this page could not be loaded: check the connection and reload the page.";
  parentElement.querySelector(".root").replaceChildren(said);
}

export default loaded ? loaded[0].default : missing;
"""


def component(
    name: str, script: str, styles: Iterable[Path], html: str = '<div class="root"></div>\n'
) -> Callable[..., Any]:
    """Make a component known to Streamlit: what is called with its key and data to show it.

    script: where its module stands below pages/, as "stage/clock.js"; it exports as its default
    what Streamlit calls with {data, parentElement, setStateValue, setTriggerValue}. html: holds an
    element of class "root", which is all that the module touches.
    """
    paths = json.dumps(needed_by(script))
    return st.components.v2.component(
        f"fog_{name}",
        html=html,
        css="\n".join(path.read_text("utf-8") for path in styles),
        js=LOADER.replace("VERSION", VERSION).replace("PATHS", paths),
    )


__all__ = ["component"]

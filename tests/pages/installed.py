"""What is installed stays the same while tests run, so Streamlit need look through it only once.

It does so at every run of an AppTest, as at the start of a server, and that takes longer than most
pages do.
"""

from __future__ import annotations

import functools

from streamlit.components.v2 import manifest_scanner


def look_once() -> None:
    """From now on, in this process."""
    scan = manifest_scanner.scan_component_manifests
    if not hasattr(scan, "cache_info"):
        manifest_scanner.scan_component_manifests = functools.cache(scan)

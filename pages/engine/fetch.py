"""Fetches the engine that runs the network in the reader's tab: three files of a package from npm.

`make` runs this at set-up. The package is 33 MB to fetch and 139 MB unpacked, of which the app
needs 14: those are kept (pages/engine/files), with what they are when compressed; the rest is not
even unpacked. What was fetched must be what the lock file names. Where npm's registry cannot be
reached the app works all the same, and its server draws.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FILES = HERE / "files"
PACKAGE = "onnxruntime-web"
WANTED = (
    "ort.wasm.bundle.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
)
PATIENCE = 120
"""Seconds."""


class NotFetchedError(Exception):
    """The engine could not be fetched; the message says why."""


def locked() -> tuple[str, str]:
    """The version and the integrity that the lock file names."""
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))
    entry = lock["packages"][f"node_modules/{PACKAGE}"]
    return entry["version"], entry["integrity"]


def complete() -> bool:
    """Whether the files of the locked version are there."""
    version = FILES / "version"
    return (
        all((FILES / name).is_file() for name in WANTED)
        and version.is_file()
        and version.read_text("utf-8") == locked()[1]
    )


def fetch() -> None:
    """Fetch and unpack what is wanted. NotFetchedError if that cannot be done."""
    version, integrity = locked()
    npm = Path(sys.executable).parent / "npm"
    with tempfile.TemporaryDirectory() as folder:
        command: list[str | Path] = [
            npm,
            "pack",
            f"{PACKAGE}@{version}",
            "--silent",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            "--pack-destination",
            folder,
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotFetchedError("npm could not fetch it") from error
        [packed] = Path(folder).glob("*.tgz")
        algorithm, _, digest = integrity.partition("-")
        found = hashlib.new(algorithm, packed.read_bytes()).digest()
        if base64.b64encode(found).decode() != digest:
            raise NotFetchedError("what came is not what the lock file names")
        FILES.mkdir(exist_ok=True)
        with tarfile.open(packed) as archive:
            for name in WANTED:
                member = archive.extractfile(f"package/dist/{name}")
                if member is None:
                    raise NotFetchedError(f"the package has no {name}")
                content = member.read()
                (FILES / name).write_bytes(content)
                (FILES / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    (FILES / "version").write_text(integrity, "utf-8")


def main() -> None:
    """For the command line: never fails, since the app works without it."""
    if complete():
        (FILES / "version").touch()  # for make
        return
    try:
        fetch()
    except NotFetchedError as error:
        print(
            f"The engine for the reader's own tab is not here ({error}): the server draws instead.",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()

"""Fetches the engine that runs the network in the reader's tab: two files of a package from npm.

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
VERSION = FILES / "version"
"""Written last: the integrity of the package from which the files were taken."""
PACKAGE = "onnxruntime-web"
SCRIPT, WASM = WANTED = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
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
    return (
        all((FILES / name).is_file() for name in WANTED)
        and VERSION.is_file()
        and VERSION.read_text("utf-8") == locked()[1]
    )


def fetch() -> None:
    """Fetch and unpack what is wanted. NotFetchedError if that cannot be done."""
    version, integrity = locked()
    with tempfile.TemporaryDirectory() as folder:
        packed = _packed(version, Path(folder))
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
    VERSION.write_text(integrity, "utf-8")


def _packed(version: str, folder: Path) -> Path:
    """The package as npm's registry has it."""
    npm = Path(sys.executable).parent / "npm"
    quick = ["--silent", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    command = [str(npm), "pack", f"{PACKAGE}@{version}", *quick, "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        [packed] = folder.glob("*.tgz")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise NotFetchedError("npm could not fetch it") from error
    return packed


def main() -> None:
    """For the command line: never fails, since the app works without it."""
    if complete():
        VERSION.touch()  # for make
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

"""`python -m tests.chaos [--seconds 300] [--visitors 40] [--seed N]`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.storm import VISITORS, storm


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make chaos", description="Kill, freeze, fill and cut off, and see who is left alone."
    )
    parser.add_argument("--seconds", type=float, default=300, help="of trouble")
    parser.add_argument("--visitors", type=int, default=VISITORS)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the troubles")
    args = parser.parse_args()
    print(f"Seed {args.seed}: repeat this with ARGS='--seed {args.seed}'.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = storm(Path(folder), args.seconds, args.seed, args.visitors)
    print(report)
    return bool(report.faults)


if __name__ == "__main__":
    sys.exit(main())

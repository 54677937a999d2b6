"""The command line: python -m diffusion_core train | sample | evaluate | benchmark."""

from __future__ import annotations

import argparse
import sys

from diffusion_core import commands_train


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m diffusion_core", description=__doc__)
    commands = parser.add_subparsers(required=True)
    p = commands.add_parser("train")
    commands_train.add_arguments(p)
    p.set_defaults(command=commands_train.run)
    args = parser.parse_args()
    args.command(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())

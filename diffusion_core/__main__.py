"""Train, sample from and evaluate the diffusion model of this app."""

from __future__ import annotations

import argparse
import importlib
import sys

from diffusion_core.errors import in_a_sentence

COMMANDS = {
    "train": "train the model, or resume a run that was stopped",
    "moments": "find out how a recorded run learned, for the time machine",
    "own": "train a small model for minutes, as visitors do in the lab",
    "distil": "teach a copy of the model to draw in a few leaps",
    "sample": "draw digits into an .npz file",
    "evaluate": "measure how good the model is",
    "assets": "draw again what the app shows before anything is pressed",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 if it did its work, 2 after one sentence that says why it could not."""
    parser = argparse.ArgumentParser(prog="python -m diffusion_core", description=__doc__)
    choices = parser.add_subparsers(dest="command", required=True)
    arguments = sys.argv[1:] if argv is None else argv
    for name, summary in COMMANDS.items():
        command = choices.add_parser(name, help=summary, description=summary)
        # Import only what is asked for: torch takes seconds, --help should not.
        if name in arguments[:1]:
            module = importlib.import_module(f"diffusion_core.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(perform=module.run)
    args = parser.parse_args(arguments)
    return in_a_sentence(lambda: args.perform(args))


if __name__ == "__main__":
    sys.exit(main())

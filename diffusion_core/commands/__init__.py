"""The commands of `python -m diffusion_core`, a module each: add_arguments(parser), run(args)."""

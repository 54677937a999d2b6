"""The commands behind `python -m diffusion_core`, one module each: add_arguments(parser), run(args)."""

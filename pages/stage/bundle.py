"""Numbers and arrays in one piece of bytes: what a stage's scene is made of (diffusion_core)."""

from diffusion_core.files.bundle import TYPES, bundle

__all__ = ["TYPES", "bundle"]

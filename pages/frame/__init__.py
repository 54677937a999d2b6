"""The frame around every page: its look, its foot, and what stands beside all of them."""

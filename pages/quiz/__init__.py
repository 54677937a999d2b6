"""Questions on a page, and the learner's record of them."""

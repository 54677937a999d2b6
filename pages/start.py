"""The guided lesson: the whole of it in six minutes, one thing to do at a time."""

from __future__ import annotations

from pages.guided import guided
from pages.shared.address import heed_address
from pages.shared.slides import slide
from quizzes.addresses import GUIDED

heed_address("start", GUIDED)
with slide("lesson", essential=True):
    guided()

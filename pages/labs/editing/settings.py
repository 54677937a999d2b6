"""What the applications ask of the model, as words of an address and as a job for the worker."""

from __future__ import annotations

from dataclasses import dataclass

from diffusion_core.data.degradations import BLUR_WIDTHS, GRAIN_LEVELS, SMALL_SIDES, WAYS
from diffusion_core.errors import RequestError
from diffusion_core.files.frames import frame_count
from diffusion_core.request import NO_LABEL, Request
from diffusion_core.service.edits import Between, Edit, Repair, Restore
from diffusion_core.service.jobs import Drawing
from pages.engine import jobs
from pages.labs.editing.checks import drawn, end_of, label_of, refuse_outside
from pages.shared.asked import given, query_of
from pages.shared.packed import PIXELS, mask_of, unpacked

KINDS = ("repair", "restore", "sketch", "between")
BETWEEN_WAYS = ("noise", "labels", "encode")
MAX_ANSWERS = 8
STOPS = (3, 11)
MAX_EDIT_STEPS = 100
MAX_AGAIN = 10
STRENGTHS = (0.05, 1.0)
PARAMETERS: dict[str, tuple[str, ...]] = {
    "repair": ("x", "mask", "again"),
    "restore": ("how",),
    "small7": ("low",),
    "small14": ("low",),
    "blur": ("x", "width"),
    "grain": ("x", "noise"),
    "sketch": ("x", "strength"),
    "between": ("way",),
    "noise": ("start", "end"),
    "labels": ("start", "end"),
    "encode": ("x", "x2"),
}
"""What of the settings an address needs, by kind, and by way of it."""
NAMED = {"start": "from", "end": "to"}
"""How the address calls what Python keeps for itself."""
SAID = {
    "guidance": "Guidance",
    "width": "The width of the blur",
    "noise": "The strength of the grain",
    "strength": "The strength",
}
"""How sentences call what addresses call otherwise."""


@dataclass(frozen=True)
class EditSettings:
    """One use of an application. RequestError, in one sentence, for what is out of range.

    kind: one of KINDS. digit: "0" ... "9" or "any". n: answers, or stops between two digits.
    Pictures are words (packed.py).
    """

    kind: str
    digit: str = "any"
    n: int = 4
    seed: int = 7
    steps: int = 20
    guidance: float = 1.5
    x: str = ""
    """The picture to begin with, 784 bytes ..."""
    mask: str = ""
    """... what of it is hidden, 98 bytes ..."""
    again: int = 5
    """... and how often each step is taken."""
    how: str = "small7"
    """What was done to a picture that is to be restored: one of degradations.WAYS."""
    low: str = ""
    """That picture, averaged down: 49 or 196 bytes."""
    width: float = 1.5
    noise: float = 0.5
    strength: float = 0.5
    """Up to which time a sketch is covered with noise."""
    way: str = "noise"
    """From one digit to the other: "noise" or "labels", or "encode" for two given pictures."""
    start: str = "3.7"
    """The digits at the two ends, as DIGIT.SEED ..."""
    end: str = "8.21"
    x2: str = ""
    """... or the second picture, the first being x."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RequestError(f"Choose what to do: one of {', '.join(KINDS)}.")
        label_of(self.digit)
        if self.kind == "between":
            refuse_outside("The number of stops", self.n, *STOPS)
        else:
            refuse_outside("The number of answers", self.n, 1, MAX_ANSWERS)
        refuse_outside("The number of steps", self.steps, 1, MAX_EDIT_STEPS)
        self.request()  # which checks seed and guidance
        match self.kind:
            case "repair":
                refuse_outside("How often each step is taken", self.again, 1, MAX_AGAIN)
                self._check_mask()
            case "restore":
                self._check_spoiled()
            case "sketch":
                refuse_outside("The strength", self.strength, *STRENGTHS)
                drawn(self.x, "The sketch")
            case "between":
                self._check_ends()

    def _check_mask(self) -> None:
        drawn(self.x, "The digit")
        hidden = mask_of(unpacked(self.mask, PIXELS // 8, "What is hidden"))
        if not hidden.any():
            raise RequestError("Nothing is hidden: paint over the part that is to be drawn anew.")
        if hidden.all():
            raise RequestError("Everything is hidden: leave something of the digit to go by.")

    def _check_spoiled(self) -> None:
        if self.how not in WAYS:
            raise RequestError(f"Choose what was done to the picture: one of {', '.join(WAYS)}.")
        if self.how in SMALL_SIDES:
            drawn(self.low, "The small picture", SMALL_SIDES[self.how] ** 2)
            return
        drawn(self.x, "The picture")
        if self.how == "blur":
            refuse_outside("The width of the blur", self.width, *BLUR_WIDTHS)
        else:
            refuse_outside("The strength of the grain", self.noise, *GRAIN_LEVELS)

    def _check_ends(self) -> None:
        if self.way not in BETWEEN_WAYS:
            raise RequestError(f"Choose the way: one of {', '.join(BETWEEN_WAYS)}.")
        if self.way == "encode":
            refuse_outside("The number of steps", self.steps, 2, MAX_EDIT_STEPS)
            drawn(self.x, "The first picture")
            drawn(self.x2, "The second picture")
        else:
            self.ends()

    @classmethod
    def parse(cls, texts: dict[str, str]) -> EditSettings:
        """From the words of an address. RequestError for what is out of range or not a number."""

        def fault(name: str, text: str) -> str:
            return f"{SAID.get(name, name)} must be a number, and not {text[:20]!r}."

        return cls(**{"kind": "", **given(cls, texts, fault, NAMED)})

    def ends(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The label and the seed at both ends. RequestError if one is not DIGIT.SEED."""
        return end_of(self.start), end_of(self.end)

    @property
    def labels(self) -> tuple[int, ...]:
        """The label of each picture; NO_LABEL if the model is not told. Between two digits, that
        of the nearer end."""
        if self.kind == "between" and self.way != "encode":
            (first, _), (second, _) = self.ends()
            return tuple(first if 2 * i < self.n else second for i in range(self.n))
        return (label_of(self.digit),) * self.n

    @property
    def sampler(self) -> str:
        """Which of the samplers leads, or the nearest to what leads."""
        return "dpmpp" if self.kind in ("sketch", "between") else "ddpm"

    @property
    def told(self) -> bool:
        """Whether the model is told which digit it is."""
        return self.guidance > 0 and NO_LABEL not in self.labels

    surprise = False
    """The seed does not decide which digits they are."""

    def request(self) -> Request:
        """The same, in the terms of the core."""
        return Request(self.labels, self.sampler, self.steps, self.guidance, self.seed)

    def job(self) -> Edit | Drawing:
        """What the worker is asked."""
        request = self.request()
        match self.kind:
            case "repair":
                hidden = unpacked(self.mask, PIXELS // 8, "What is hidden")
                return Repair(request, drawn(self.x, "The digit"), hidden, self.again)
            case "restore" if self.how in SMALL_SIDES:
                size = SMALL_SIDES[self.how] ** 2
                return Restore(request, drawn(self.low, "The small picture", size), self.how)
            case "restore":
                amount = self.width if self.how == "blur" else self.noise
                return Restore(request, drawn(self.x, "The picture"), self.how, amount)
            case "sketch":
                return Drawing(request, origin=drawn(self.x, "The sketch"), t=self.strength)
            case _ if self.way == "encode":
                label = label_of(self.digit)
                pictures = (drawn(self.x, "The first"), drawn(self.x2, "The second"))
                return Between(request, (label, label), pictures=pictures)
            case _:
                (first, seed), (second, other) = self.ends()
                seeds = (seed, seed if self.way == "labels" else other)
                return Between(request, (first, second), seeds)

    def in_the_tab(self) -> jobs.TabJob | None:
        """How the tab makes it itself; None for what only the server can."""
        match self.job():
            case Drawing(request, origin=bytes(picture), t=t):
                return jobs.from_picture(request, picture, t)
            case Repair(request, picture=picture, hidden=hidden, again=again):
                return jobs.repair(request, picture, hidden, again)
            case Between(request, labels, seeds, pictures=None):
                return jobs.between(request, seeds, labels)
            case _:
                return None

    @property
    def every(self) -> int:
        """Every how many steps a frame is kept: all."""
        return 1

    @property
    def frames(self) -> int:
        """How many frames the recording has: the steps, and the finished picture."""
        return frame_count(self.request(), self.every)

    @property
    def address(self) -> str:
        """Where the stage fetches it."""
        own = {"repair": "again", "restore": self.how, "between": self.way}.get(self.kind, "")
        names = ["kind", "digit", "n", "seed", "steps", "guidance", *PARAMETERS[self.kind]]
        names += PARAMETERS.get(own, ())
        return "api/edit?" + query_of(self, names, NAMED)

    @property
    def manner(self) -> str:
        """The settings in words, but for the seed, to stand beside the picture."""
        steps = f"{self.steps} step" + ("s" if self.steps > 1 else "")
        what = {
            "repair": f"each step taken {self.again} time" + ("s" if self.again > 1 else ""),
            "restore": {
                "small7": "from 7 × 7 pixels",
                "small14": "from 14 × 14 pixels",
                "blur": f"from a blur of {self.width:g} pixels",
                "grain": f"from grain of strength {self.noise:g}",
            }.get(self.how, ""),
            "sketch": f"covered up to t = {self.strength:g}",
            "between": {
                "noise": "along the arc between two noises",
                "labels": "from one label to the other, same noise",
                "encode": "along the arc between the noises of two pictures",
            }.get(self.way, ""),
        }[self.kind]
        return f"{what} · {steps} · guidance {self.guidance:g}"

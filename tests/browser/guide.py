"""Somebody who takes the guided lesson: reads at 200 words a minute, and does what is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from quizzes.addresses import SCREENS
from tests.browser.conftest import TWO_FRAMES, Visitor

WORDS_A_SECOND = 200 / 60
SECONDS = {"wipe": 6.0, "draw": 12.0, "drag": 8.0, "think": 7.0, "press": 2.0, "look": 4.0}
"""What an act takes, besides reading: a drawing, a drag, a choice that wants thinking, a press on
what one has been told to press, and a look at what the model made."""
READ = """() => {
  const lesson = [...document.querySelectorAll("*")]
    .map((element) => element.shadowRoot?.querySelector(".lesson")).find(Boolean);
  const screen = lesson.querySelector(".screen"), box = screen.getBoundingClientRect();
  const seen = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 2 && height > 2 && !element.closest(".unseen, .hint")
      && element.checkVisibility({ visibilityProperty: true });
  };
  const walker = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) {
    if (seen(walker.currentNode.parentElement)) texts.push(walker.currentNode.textContent);
  }
  const out = [...screen.querySelectorAll("*")].filter((element) => {
    const { left, right, top, bottom, width } = element.getBoundingClientRect();
    return width > 2 && seen(element) && (bottom > box.bottom + 1 || top < box.top - 1
      || right > box.right + 1 || left < box.left - 1);
  }).map((element) => `${element.tagName} ${element.getAttribute("class")}`);
  const main = document.querySelector("[data-testid=stMain]");
  return {
    at: screen.dataset.at,
    words: texts.flatMap((text) => text.split(/\\s+/))
      .filter((word) => /[\\p{L}\\p{N}]/u.test(word)),
    out,
    below: Math.max(main.scrollHeight - main.clientHeight,
      lesson.getBoundingClientRect().bottom - innerHeight),
  };
}"""


@dataclass
class Sight:
    """What stood on a screen at a moment."""

    at: str
    words: list[str]
    out: list[str]
    """Elements that reach out of it."""
    below: float
    """Pixels that lie below the fold."""


@dataclass
class Guide:
    """The lesson in a tab, and what somebody has seen of it. `seconds`: how long that took them."""

    visitor: Visitor
    seconds: float = 0.0
    sights: list[Sight] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.visitor.address}/start{query}")
        self.page.locator(".lesson").wait_for()

    @property
    def at(self) -> str:
        return str(self.page.locator(".screen").get_attribute("data-at"))

    def look(self) -> Sight:
        """Read what is new on the screen."""
        self.page.evaluate(TWO_FRAMES)
        sight = Sight(**self.page.evaluate(READ))
        new = [word for word in sight.words if f"{sight.at} {word}" not in self._read]
        self._read |= {f"{sight.at} {word}" for word in new}
        self.seconds += len(new) / WORDS_A_SECOND
        self.sights.append(sight)
        return sight

    def act(self, kind: str) -> None:
        self.seconds += SECONDS[kind]

    def button(self, name: str) -> Locator:
        return self.page.locator(".lesson").get_by_role("button", name=name, exact=True)

    def press(self, name: str, kind: str = "press") -> None:
        self.act(kind)
        self.button(name).click()

    def next(self) -> None:
        """Wait until the thing has been done, read what is said of it, and go on."""
        self.button("Next").wait_for()
        self.look()
        self.press("Next")

    def take(self) -> None:
        """The screen that is open, as somebody would who does what it asks."""
        here = self.at
        self.look()
        getattr(self, f"_{here.partition('-')[0]}")()
        self.next()

    def go_to(self, screen: str) -> None:
        """Take all screens before this one."""
        for name in SCREENS[: SCREENS.index(screen)]:
            self.page.wait_for_function(
                "name => [...document.querySelectorAll('*')].some((one) =>"
                " one.shadowRoot?.querySelector('.screen')?.dataset.at === name)",
                arg=name,
            )
            self.take()

    def _across(self, canvas: Locator, points: list[tuple[float, float]]) -> None:
        box = canvas.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        for k, (x, y) in enumerate(points):
            mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            if k == 0:
                mouse.down()
        mouse.up()

    def _fog(self) -> None:
        for row in range(6):
            y = (row + 0.5) / 6
            self._across(self.page.locator("canvas.pane"), [(0.05, y), (0.95, y)])
        self.act("wipe")

    def draw_two(self) -> None:
        shape = [(0.3, 0.25), (0.5, 0.15), (0.68, 0.3), (0.5, 0.5), (0.3, 0.78), (0.72, 0.78)]
        self._across(self.page.locator("canvas.cells"), shape)

    def _draw(self) -> None:
        self.draw_two()
        self.act("draw")

    def drag(self, name: str, value: int) -> None:
        slider = self.page.locator(".lesson").get_by_role("slider", name=name)
        slider.evaluate(
            "(one, value) => { one.value = value; one.dispatchEvent(new Event('input')); }", value
        )

    def _cover(self) -> None:
        self.drag("Noise", 600)
        self.act("drag")
        self.press("I can't read it any more")
        self.look()
        self.press("Yes, clearly", "think")
        self.act("look")

    def _mix(self) -> None:
        self.press("0.50", "think")
        self.button("Next").wait_for()
        self.act("look")

    def _be(self) -> None:
        self.act("think")
        for letter in "ABCD":
            self.act("press")
            self.button(f"Noise {letter}").click()
            self.look()
            if self.button("Next").is_visible():
                return

    def _train(self) -> None:
        self.press("With little noise", "think")
        self.act("look")

    def _core(self) -> None:
        options = self.page.locator("button.option")
        self.act("think")
        for _ in range(4):
            self.act("press")
            options.and_(self.page.locator(":enabled")).first.click()
            self.look()
            if self.button("Next").is_visible():
                return

    def _one(self) -> None:
        self.press("A grey blur", "think")
        self.act("look")

    def _twenty(self) -> None:
        self.press("7")
        self.act("look")

    def _back(self) -> None:
        self.press("Mine, then new ones", "think")
        self.act("look")

    def _hole(self) -> None:
        self.press("bottom")
        self.look()
        self.press("No, each in its own way", "think")
        self.act("look")

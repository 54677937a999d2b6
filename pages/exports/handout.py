"""One page of A4 about what is on stage: to print, to write on, and to find back to it.

Drawn by matplotlib, which is imported only when somebody wants a handout. Everything has a place in
millimetres from the top left. In black and white the two amounts still differ: the signal's line is
solid, the noise's dashed.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from diffusion_core.schedule import COSINE, alpha_sigma
from pages.exports.film import Film, Frame, Pictures, Show
from pages.exports.paper import INK, LINE, NOISE, SIGNAL, SOFT
from pages.exports.qr import qr_code
from pages.shared.words import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 17.0
INNER = WIDTH - 2 * MARGIN
INCH = 25.4
FOOT = 260.0
"""From here on, the way back."""
CAPTIONS = {
    "forward": ("the picture at step {step}", "the digit", "the noise"),
    "reverse": ("the picture at step {step}", "its guess of the digit", "the noise it sees"),
}
FORMULAS = {
    "forward": (r"$x_t \;=\; \alpha_t\, x_0 \;+\; \sigma_t\, \varepsilon$"),
    "reverse": (r"$x_t \;=\; \alpha_t\, \hat{x}_0 \;+\; \sigma_t\, \hat{\varepsilon}$"),
}
SIZES = r"$\alpha_t^2 + \sigma_t^2 = 1$"


def handout(show: Show, link: str) -> bytes:
    """The page as PDF, with `link` and its QR code. RequestError if the link is no web address."""
    import matplotlib
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    # The faces of a scientific journal come with matplotlib; type 42 embeds them as they are.
    style = {"pdf.fonttype": 42, "font.family": "STIXGeneral", "mathtext.fontset": "stix"}
    with matplotlib.rc_context(style):  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH))
        FigureCanvasPdf(figure)
        _Page(figure, show, link).draw()
        file = io.BytesIO()
        # No date and no versions: the same settings give the same bytes.
        nothing = dict.fromkeys(("Creator", "Producer", "CreationDate"))
        figure.savefig(file, format="pdf", metadata={"Title": show.title, **nothing})
    return file.getvalue()


class _Page:
    """The page while it is drawn, from top to bottom."""

    def __init__(self, figure: Figure, show: Show, link: str) -> None:
        self.figure, self.show, self.link = figure, show, link
        self.text = words("handout")
        self.strip = show.films[0].strip()

    def draw(self) -> None:
        """Everything, each part below the one before."""
        show = self.show
        right = WIDTH - MARGIN
        self.write(MARGIN, 16, "Through the Fog", 10, SOFT)
        self.write(right - 62, 16, self.text["name"], 10, SOFT, "right")
        self.line(right - 60, 16.5, right)
        self.write(MARGIN, 28, show.title, 21, weight="bold")
        y = self.paragraph(MARGIN, 35.5, self.text[f"{show.page} lead"], 11.5, INNER)
        if len(show.films) == 1:
            y = self.equation(show.films[0], y)
        for film in show.films:
            y = self.film(film, y + 2)
        y += 7
        below = max(self.finished(self.sentences(y, 98), 98), self.amounts(y, 122))
        self.notes(below + 5)
        self.way_back()

    # --- Its parts ---

    def equation(self, film: Film, y: float) -> float:
        """[x_t] = alpha x [digit] + sigma x [noise], at the step on stage."""
        side, now = 29.0, film.now
        room = (INNER - 3 * side) / 2
        captions = CAPTIONS[self.show.page]
        terms = (now.pictures[0], now.digits[0], now.noises[0])
        for k, (term, caption) in enumerate(zip(terms, captions, strict=True)):
            x = MARGIN + k * (side + room)
            self.picture(x, y, side, term)
            colour = (INK, SIGNAL, NOISE)[k]
            self.write(
                x + side / 2, y + side + 4.6, caption.format(step=now.step), 10, colour, "center"
            )
        for k, (sign, amount, colour) in enumerate(
            (("=", now.alpha, SIGNAL), ("+", now.sigma, NOISE))
        ):
            x, base = MARGIN + side + room / 2 + k * (side + room), y + side / 2 + 2.4
            self.write(x - 13, base, sign, 19, INK, "center")
            self.write(x, base, f"{amount:.2f}", 21, colour, "center", weight="bold")
            self.write(x + 13, base, "×", 19, INK, "center")
        return y + side + 7.5

    def film(self, film: Film, y: float) -> float:
        """Seven frames; in reverse, with the guess below each."""
        self.write(MARGIN, y + 3.2, film.caption, 10, SOFT)
        side = 21.5 if len(self.show.films) == 1 else 16.5
        gap = (INNER - 7 * side) / 6
        y += 5.2
        rows = 1 if self.show.page == "forward" else 2
        for k, frame in enumerate(film.strip()):
            x = MARGIN + k * (side + gap)
            for row, picture in enumerate((frame.pictures[0], frame.digits[0])[:rows]):
                self.picture(x, y + row * (side + 1.4), side, picture)
            below = y + rows * (side + 1.4) - 1.4
            self.write(x + side / 2, below + 4.2, f"step {frame.step}", 9.5, INK, "center", "bold")
            for line, (word, amount, colour) in enumerate(
                (("digit", frame.alpha, SIGNAL), ("noise", frame.sigma, NOISE))
            ):
                base = below + 8.1 + 3.7 * line
                self.write(x + side / 2, base, f"{word} {amount:.2f}", 9, colour, "center")
        return y + rows * (side + 1.4) + 11.5

    def sentences(self, y: float, width: float) -> float:
        """What to see at those frames, numbered by their steps; neighbours may share one."""
        self.write(MARGIN, y, self.text["what to see"], 13, weight="bold")
        y += 6
        told: list[tuple[list[int], str]] = []
        for frame in self.strip:
            said = self.show.sentence(frame.sigma)
            if told and told[-1][1] == said:
                told[-1][0].append(frame.step)
            else:
                told.append(([frame.step], said))
        for steps, said in told:
            name = f"{steps[0]}" if len(steps) == 1 else f"{steps[0]}–{steps[-1]}"
            self.write(MARGIN + 13, y, name, 10, INK, "right", "bold")
            y = self.paragraph(MARGIN + 16, y, said, 10.5, width - 16, 4.5) + 0.6
        return y

    def finished(self, y: float, width: float) -> float:
        """All pictures of a run of several, as they ended; two runs have no room for it."""
        pictures = self.show.films[0].frames[-1].pictures
        if len(pictures) == 1 or len(self.show.films) > 1:
            return y
        self.write(MARGIN, y + 2, self.text["finished"], 10, SOFT)
        cell = width / max(10, len(pictures))
        for k, picture in enumerate(pictures):
            self.picture(MARGIN + k * cell, y + 4, cell - 0.8, picture)
        return y + 7 + cell

    def amounts(self, y: float, x: float) -> float:
        """The curves of the two amounts, and the formula that they belong to."""
        width = WIDTH - MARGIN - x
        self.write(x, y, self.text["amounts"], 13, weight="bold")
        axes = self.axes(x + 7, y + 9, width - 12, 30)
        curves(axes, self.show, self.strip)
        self.write(x + width / 2, y + 56, FORMULAS[self.show.page], 16, INK, "center")
        self.write(x + width / 2, y + 62, SIZES, 11, SOFT, "center")
        return y + 65

    def notes(self, y: float) -> None:
        """Three lines to write on, between what is above and the way back."""
        self.write(MARGIN, y + 3, self.text["notes"], 13, weight="bold")
        apart = min(9.5, (FOOT - 4 - y - 3) / 3)
        for k in range(1, 4):
            self.line(MARGIN, y + 3 + k * apart, WIDTH - MARGIN)

    def way_back(self) -> None:
        """The link, in letters and as a QR code, at the foot of the page."""
        modules = np.array([list(row) for row in qr_code(self.link).matrix], np.uint8)
        side, y = HEIGHT - 12 - FOOT, FOOT
        axes = self.axes(WIDTH - MARGIN - side, y, side, side)
        axes.set_axis_off()
        axes.imshow(255 * (1 - modules), cmap="gray", vmin=0, vmax=255, interpolation="none")
        self.write(MARGIN, y + 4, self.text["link"], 11, weight="bold")
        self.paragraph(MARGIN, y + 9.5, self.link, 9, INNER - side - 8, 3.9, most=5)

    # --- With what they are drawn ---

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Axes with their top left corner at (x, y)."""
        at = (x / WIDTH, 1 - (y + height) / HEIGHT, width / WIDTH, height / HEIGHT)
        return self.figure.add_axes(at)

    def picture(self, x: float, y: float, side: float, greys: Pictures) -> None:
        """One picture, with crisp pixels."""
        axes = self.axes(x, y, side, side)
        axes.set_axis_off()
        axes.imshow(greys, cmap="gray", vmin=0, vmax=255, interpolation="none")

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = INK,
        ha: str = "left",
        weight: str = "normal",
    ) -> None:
        """A line of text, its baseline at y."""
        place = (x / WIDTH, 1 - y / HEIGHT)
        self.figure.text(*place, text, size=size, color=colour, ha=ha, va="baseline", weight=weight)

    def line(self, x: float, y: float, until: float) -> None:
        """A thin line to write on."""
        from matplotlib.lines import Line2D

        height = 1 - y / HEIGHT
        self.figure.add_artist(
            Line2D([x / WIDTH, until / WIDTH], [height, height], color=SOFT, linewidth=0.5)
        )

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        leading: float = 5.2,
        most: int = 99,
    ) -> float:
        """Text in lines of at most `width`; returns where the next line would stand."""
        for line in wrapped(text, size, width)[:most]:
            # A lone $ would begin a formula.
            self.write(x, y, line.replace("$", r"\$"), size)
            y += leading
        return y


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The text in lines of at most `width` millimetres; words longer than that are cut."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("STIXGeneral"))
    font.set_size(size, 72)

    def fits(line: str) -> bool:
        font.set_text(line)
        return bool(font.get_width_height()[0] / 64 * INCH / 72 <= width)

    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if not fits(lines[-1] + letter):
                lines.append("")
            lines[-1] += letter
    return lines


def curves(axes: Axes, show: Show, strip: list[Frame]) -> None:
    """alpha and sigma over the timeline, with the frames of the strip marked on them."""
    frames = show.films[0].frames
    if show.page == "forward":
        x = [float(m.step) for m in frames]
        at, amounts = [float(m.step) for m in strip], [(m.alpha, m.sigma) for m in frames]
        axes.set_xlim(0, frames[-1].step)
        axes.set_xticks([0, frames[-1].step // 2, frames[-1].step])
        axes.set_xlabel("step t", size=9.5, color=SOFT, labelpad=1)
    else:
        x = list(np.linspace(0, 1, 101))
        at = [m.t for m in strip]
        amounts = list(zip(*alpha_sigma(COSINE, x), strict=True))
        axes.set_xlim(1, 0)
        axes.set_xticks([1, 0.5, 0], ["1", "0.5", "0"])
        axes.set_xlabel("time t, from noise to digit", size=9.5, color=SOFT, labelpad=1)
    alpha, sigma = zip(*amounts, strict=True)
    axes.plot(x, alpha, color=SIGNAL, linewidth=2, label=r"digit $\alpha_t$")
    axes.plot(x, sigma, color=NOISE, linewidth=2, dashes=(4, 1.6), label=r"noise $\sigma_t$")
    axes.plot(at, [m.alpha for m in strip], "o", color=SIGNAL, markersize=4.5, clip_on=False)
    axes.plot(at, [m.sigma for m in strip], "s", color=NOISE, markersize=4.5, clip_on=False)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.tick_params(length=0, labelsize=9, colors=SOFT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE)
    axes.grid(color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.legend(
        fontsize=10,
        frameon=False,
        ncols=2,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.03),
        borderaxespad=0,
        handlelength=2.6,
        labelcolor=[SIGNAL, NOISE],
    )

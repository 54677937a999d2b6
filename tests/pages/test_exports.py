"""Exports: the same settings give the same bytes, and these show what they must."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from diffusion_core.errors import RequestError
from pages.exports.film import Show, evenly
from pages.exports.film import forward_show as show_of
from pages.exports.gif import GREYS, HEAD, MARGIN, SIDE, gif
from pages.exports.handout import handout
from pages.exports.order import TYPES, Export, made, order_of
from pages.exports.strip import WIDTH, strip
from pages.shared import services as studio
from pages.stage.forward import ForwardSettings, picture

ROOT = Path(__file__).resolve().parents[2]
LINK = "https://fog.example.org/forward?digit=3"
REVERSE = "page=reverse&draw=6&start=5&sampler=DDIM&steps=6&guidance=1&n=2"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, without_mnist: None) -> None:
    """Each test makes its exports itself."""
    studio.exports.forget_kept()


def forward_show(settings: ForwardSettings, step: int | None = None) -> Show:
    """The forward process of these settings, as it is exported."""
    return show_of(settings, picture(settings).tobytes(), step)


def frames(content: bytes) -> list[NDArray[np.uint8]]:
    """Each frame as greys."""
    film = Image.open(io.BytesIO(content))
    found = []
    for k in range(film.n_frames):  # type: ignore[attr-defined]
        film.seek(k)
        found.append(np.asarray(film.convert("L")))
    return found


def shown(frame: NDArray[np.uint8], left: int = MARGIN) -> NDArray[np.int64]:
    """The 28 x 28 pixels of the picture of the equation that begins at `left`."""
    top = HEAD + 34
    return frame[top + 4 : top + SIDE : 8, left + 4 : left + SIDE : 8].astype(np.int64)


# The palette has so many greys, so a pixel may be off by half of what is between two of them.
OFF = 255 / (GREYS - 1) / 2 + 0.5


def test_gif_runs_from_the_digit_to_the_noise() -> None:
    settings = ForwardSettings(digit=4, seed=11)
    content = gif(forward_show(settings))
    film = frames(content)
    assert len(film) == 61 and len(content) < 1_500_000
    assert abs(shown(film[0]) - picture(settings)).max() <= OFF
    noise = np.clip(settings.noise() * 127.5 + 127.5, 0, 255)
    assert abs(shown(film[-1]) - noise).max() <= OFF
    # Every pixel of the picture is a square of one grey.
    first = film[30][HEAD + 34 : HEAD + 34 + SIDE, MARGIN : MARGIN + SIDE]
    assert np.array_equal(first, np.kron(first[::8, ::8], np.ones((8, 8))))


def test_gif_rests_at_its_end_and_begins_again() -> None:
    film = Image.open(io.BytesIO(gif(forward_show(ForwardSettings()))))
    assert film.info["loop"] == 0 and min(film.size) >= 224
    film.seek(film.n_frames - 1)  # type: ignore[attr-defined]
    film.load()
    assert film.info["duration"] == 1500


def test_strip_has_seven_moments() -> None:
    settings = ForwardSettings()
    image = Image.open(io.BytesIO(strip(forward_show(settings))))
    assert image.width == WIDTH and image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert set(image.info) == {"dpi"}
    pixels = np.asarray(image.convert("L"), np.int64)
    first = pixels[186 + 4 : 186 + 252 : 9, 64 + 4 : 64 + 252 : 9]
    assert np.array_equal(first, picture(settings))


def test_handout_is_one_page_with_its_fonts_and_no_date() -> None:
    content = handout(forward_show(ForwardSettings(), 640), LINK)
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1
    assert b"/FontFile2" in content and b"/Type3" not in content
    assert b"CreationDate" not in content and b"Creator" not in content


@pytest.mark.parametrize("kind", TYPES)
def test_same_settings_give_the_same_bytes(client: TestClient, kind: str) -> None:
    query = f"page=forward&digit=2&seed=9&t=300&link={LINK}"
    first = client.get(f"/api/export.{kind}?{query}")
    studio.exports.forget_kept()
    again = client.get(f"/api/export.{kind}?{query}")
    assert first.status_code == again.status_code == 200 and first.content == again.content
    other = client.get(f"/api/export.{kind}?{query.replace('seed=9', 'seed=8')}")
    assert other.content != first.content


@pytest.mark.parametrize("kind", TYPES)
def test_another_process_makes_the_same_bytes_without_torch(kind: str) -> None:
    order = order_of(kind, {"page": "forward", "link": LINK}, "")
    here = made(Export(order, (picture(ForwardSettings()).tobytes(),)))
    code = (
        "import sys; from pages.exports.order import Export, made, order_of;"
        f"order = order_of({kind!r}, {{'page': 'forward', 'link': {LINK!r}}}, '');"
        f"pixels = bytes.fromhex({picture(ForwardSettings()).tobytes().hex()!r});"
        "sys.stdout.buffer.write(made(Export(order, (pixels,))));"
        "sys.exit('torch' in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    there = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert there.returncode == 0 and there.stdout == here


def test_matplotlib_is_imported_only_for_a_handout() -> None:
    code = "import sys, pages.exports.studio; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


# --- Over HTTP -----------------------------------------------------------------------------------


def test_forward_export_has_a_name(client: TestClient) -> None:
    answer = client.get("/api/export.gif?page=forward&digit=8&seed=24&schedule=linear+100")
    assert answer.headers["content-type"] == "image/gif"
    assert 'filename="fog-forward-8-seed24.gif"' in answer.headers["content-disposition"]


def test_reverse_export_ends_with_what_the_model_drew(client: TestClient) -> None:
    answer = client.get(f"/api/export.gif?{REVERSE}")
    assert answer.status_code == 200
    assert 'filename="fog-reverse-6-seed5.gif"' in answer.headers["content-disposition"]
    film = frames(answer.content)
    assert len(film) == 7
    run = client.get("/api/sample?digit=6&seed=5&sampler=ddim&steps=6&guidance=1&n=2").content
    drawn = np.frombuffer(run, np.uint8)[-2 * 3 * 784 :].reshape(2, 3, 28, 28)[0, 0]
    assert abs(shown(film[-1]) - drawn).max() <= OFF


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "query",
    [
        REVERSE + "&compare=true&sampler2=leaps+(distilled)&leaps2=one+leap",
        "page=reverse&draw=all+ten&steps=2&sampler=DDIM",
        "page=reverse&draw=surprise+me&steps=1&n=16&sampler=DDIM&step=1",
    ],
)
def test_every_kind_of_run(client: TestClient, kind: str, query: str) -> None:
    answer = client.get(f"/api/export.{kind}?{query}&link={LINK}")
    assert answer.status_code == 200 and 5_000 < len(answer.content) < 1_500_000
    assert answer.headers["content-type"] == TYPES[kind]


def test_second_run_counts(client: TestClient) -> None:
    alone, both = (client.get(f"/api/export.png?{REVERSE}{more}") for more in ("", "&compare=true"))
    heights = [Image.open(io.BytesIO(answer.content)).height for answer in (alone, both)]
    assert heights[1] > 1.5 * heights[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "page must be"),
        ("page=home", "page must be"),
        ("page=forward&digit=12", "digit must be a whole number from 0 to 9"),
        ("page=forward&which=13", "which must be a whole number from 1 to 12"),
        ("page=forward&seed=x", "seed must be"),
        ("page=forward&schedule=square", "schedule must be one of cosine"),
        ("page=forward&schedule=linear+100&t=640", "t must be a whole number from 0 to 100"),
        ("page=reverse&draw=eleven", "draw must be one of"),
        ("page=reverse&guidance=nan", "guidance must be a number from 0 to 5"),
        ("page=reverse&steps=1001", "steps must be"),
        ("page=reverse&compare=maybe", "compare must be one of true, false"),
        ("page=reverse&leaps2=three", "leaps2 must be"),
        ("page=forward&link=javascript:x", "link must be"),
    ],
)
def test_refuses_in_one_sentence(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/api/export.pdf?{query}")
    assert answer.status_code == 400 and said in answer.text
    assert answer.text.count("\n") == 0 and answer.text.endswith(".")


def test_making_an_export_takes_nothing_from_the_server(client: TestClient) -> None:
    """Neither the modules nor the time: another process makes it, which goes when it is idle."""
    assert client.get("/api/export.gif?page=forward&seed=77").status_code == 200
    process = studio.exports.process_id
    assert process not in (None, os.getpid()) and studio.exports.keeping.idle is not None
    assert b"pages.exports.studio" in Path(f"/proc/{process}/cmdline").read_bytes()


def test_evenly_keeps_both_ends() -> None:
    assert evenly(1000, 7) == [0, 167, 333, 500, 667, 833, 1000]
    assert evenly(4, 7) == [0, 1, 2, 3, 4] and evenly(0, 7) == [0]


def test_a_fork_is_exported_beside_the_run_that_it_leaves() -> None:
    query = {"page": "reverse", "steps": "6", "n": "1", "forks": "3d5,4n7"}
    order = order_of("pdf", query, "http://here/api/export.pdf?page=reverse")
    assert isinstance(order.settings, tuple)
    assert [one.turns for one in order.settings] == ["", "3d5"]
    assert order.settings[1].caption.endswith("from step 3 on: a 5 · seed 7")
    with pytest.raises(RequestError, match="forks must be"):
        order_of("gif", {**query, "forks": "3"}, "")
    with pytest.raises(RequestError, match="steps from 0 to 5"):
        order_of("gif", {**query, "forks": "9d5"}, "")

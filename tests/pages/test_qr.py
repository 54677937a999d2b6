"""QR codes: the picture is the code, and what is no link is refused in one sentence."""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import pytest
import segno
from numpy.typing import NDArray
from starlette.testclient import TestClient

LINK = "https://fog.example.org/forward?digit=3&schedule=linear+1000&seed=7&t=640"
SVG = "{http://www.w3.org/2000/svg}"


def drawn_modules(path: str, size: int) -> NDArray[np.bool_]:
    """Which modules the path of lines covers: M and m move, h draws to the right."""
    modules = np.zeros((size, size), bool)
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(value) for value in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            modules[int(y), int(x) : int(x + values[0])] = True
            x += values[0]
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            x, y = values
    return modules


def test_picture_is_the_code_of_the_link(client: TestClient) -> None:
    answer = client.get(f"/api/qr?link={quote(LINK, safe='')}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml"
    root = ElementTree.fromstring(answer.text)
    matrix = np.array([list(row) for row in segno.make_qr(LINK, error="l").matrix], bool)
    size = len(matrix) + 8  # four modules of white on each side
    assert root.attrib["viewBox"] == f"0 0 {size} {size}"
    light, dark = root.iter(f"{SVG}path")
    assert light.attrib["fill"] == "#fff" and dark.attrib["stroke"] == "#000"
    modules = drawn_modules(dark.attrib["d"], size)
    assert np.array_equal(modules[4:-4, 4:-4], matrix)
    assert modules.sum() == matrix.sum()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("", "http"),
        ("javascript:alert(1)", "http"),
        ("ftp://example.org/", "http"),
        ("/forward", "http"),
        ("https://", "http"),
        ("http://[half", "http"),
        ("https://example.org/a b", "http"),
        ("https://example.org/\n", "http"),
        ("https://example.org/?" + "x" * 1000, "1000"),
        ("https://example.org/?" + "\N{FOGGY}" * 979, "short"),
    ],
)
def test_refuses_in_one_sentence(client: TestClient, link: str, said: str) -> None:
    answer = client.get(f"/api/qr?link={quote(link, safe='')}")
    assert answer.status_code == 400 and said in answer.text
    assert answer.text.count("\n") == 0 and answer.text.endswith(".")


def test_longest_link_still_fits(client: TestClient) -> None:
    link = "https://example.org/?".ljust(1000, "x")
    assert client.get(f"/api/qr?link={quote(link, safe='')}").status_code == 200


def test_no_link_at_all(client: TestClient) -> None:
    assert client.get("/api/qr").status_code == 400

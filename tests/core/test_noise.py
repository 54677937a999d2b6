"""Noise that depends on nothing but where it stands."""

from __future__ import annotations

import numpy as np
import pytest

from diffusion_core.noise import PictureNoise, normal, threefry

ONES = 0xFFFFFFFF
# kat_vectors of Random123 1.14, threefry2x32 with 20 rounds.
KNOWN = [
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((ONES, ONES), (ONES, ONES), (0x1CB996FC, 0xBB002BE7)),
    ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
]


@pytest.mark.parametrize(("key", "counter", "words"), KNOWN)
def test_threefry_gives_the_answers_that_its_authors_published(
    key: tuple[int, int], counter: tuple[int, int], words: tuple[int, int]
) -> None:
    as_words = [np.array([word], np.uint32) for word in (*key, *counter)]
    first, second = threefry((as_words[0], as_words[1]), (as_words[2], as_words[3]))
    assert (int(first[0]), int(second[0])) == words


def test_numbers_are_normal() -> None:
    values = normal(11, range(200), 0, 1000)
    many = values.size
    assert abs(values.mean()) < 4 / many**0.5
    assert abs(values.var() - 1) < 4 * (2 / many) ** 0.5
    assert abs((values**4).mean() - 3) < 4 * (96 / many) ** 0.5
    # As many beyond two standard deviations as there should be (2.275 % on either side).
    for beyond in (values > 2, values < -2):
        assert abs(beyond.mean() - 0.02275) < 4 * (0.02275 / many) ** 0.5
    assert 4 < np.abs(values).max() < 7


@pytest.mark.parametrize(("axis", "what"), [(0, "pictures"), (1, "pixels")])
def test_neighbours_have_nothing_in_common(axis: int, what: str) -> None:
    values = normal(3, range(300), 0, 784)
    a, b = np.delete(values, 0, axis), np.delete(values, -1, axis)
    assert abs((a * b).mean()) < 4 / a.size**0.5, what


@pytest.mark.parametrize("other", [(8, [3], 2), (7, [4], 2), (7, [3], 3)])
def test_seed_picture_and_draw_each_make_other_noise(other: tuple[int, list[int], int]) -> None:
    values, others = normal(7, [3], 2, 784), normal(*other, 784)
    assert abs((values * others).mean()) < 4 / 784**0.5


def test_a_picture_is_the_same_alone_and_in_a_row() -> None:
    row = normal(7, range(16), 5, 784)
    np.testing.assert_array_equal(normal(7, [11], 5, 784)[0], row[11])
    np.testing.assert_array_equal(normal(7, [11], 5, 100)[0], row[11, :100])  # and cut short


@pytest.mark.parametrize("seed", [0, 2**31 - 1])
def test_the_ends_of_what_a_seed_may_be(seed: int) -> None:
    assert np.isfinite(normal(seed, [0, 2**20], 1000, 7)).all()


def test_each_draw_is_the_next() -> None:
    noise = PictureNoise(7, 2, first=3)
    drawn = [noise.draw((1, 28, 28)) for _ in range(3)]
    assert all(one.shape == (2, 1, 28, 28) and one.dtype == np.float32 for one in drawn)
    for draw, one in enumerate(drawn):
        expected = normal(7, [3, 4], draw, 784).reshape(2, 1, 28, 28)
        np.testing.assert_array_equal(one, expected.astype(np.float32))

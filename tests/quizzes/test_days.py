"""The learner's days: from four to four, wherever the learner is and whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.days import day_of, in_words, start_of, zone_of
from quizzes.log import LATEST

HOUR = 60 * 60 * 1000
EAST, WEST = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")
zones = st.sampled_from(
    [UTC, EAST, WEST, *(ZoneInfo(name) for name in sorted(available_timezones()))]
)
moments = st.integers(0, LATEST)


def at(zone: tzinfo, *when: int) -> int:
    """A moment by the clock on the wall, in milliseconds."""
    return round(datetime(*when, tzinfo=zone).timestamp() * 1000)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_a_day_begins_at_four(name: str) -> None:
    zone = zone_of(name)
    evening = day_of(at(zone, 2026, 11, 28, 23, 59), zone)
    assert evening == datetime(2026, 11, 28).toordinal()
    assert day_of(at(zone, 2026, 11, 29, 3, 59, 59), zone) == evening
    assert day_of(at(zone, 2026, 11, 29, 4), zone) == evening + 1


@given(moments, moments, zones)
def test_days_follow_each_other(one: int, other: int, zone: tzinfo) -> None:
    first, second = sorted((one, other))
    day = day_of(first, zone)
    assert day <= day_of(second, zone)
    assert start_of(day, zone) <= first < start_of(day + 1, zone)
    # A day and the next are a day apart: never skipped by 24 hours of waiting, but where a whole
    # date was left out of the calendar.
    assert day_of(first + 24 * HOUR, zone) - day in (0, 1, 2)


@given(moments, zones)
def test_a_day_is_what_the_clock_on_the_wall_says(moment: int, zone: tzinfo) -> None:
    """But where the clock is turned in those very hours."""
    wall = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=moment)).astimezone(zone)
    before, after = (
        (wall.astimezone(UTC) + timedelta(hours=h)).astimezone(zone).utcoffset() for h in (-24, 24)
    )
    if before == after == wall.utcoffset():
        assert day_of(moment, zone) == wall.toordinal() - (wall.hour < 4)


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25), ((2026, 11, 20), 24)]
)
def test_the_days_on_which_the_clocks_are_turned(day: tuple[int, int, int], hours: int) -> None:
    """Berlin turns them in the night from Saturday to Sunday: Saturday is the odd day."""
    berlin = zone_of("Europe/Berlin")
    number = datetime(*day).toordinal()
    assert start_of(number + 1, berlin) - start_of(number, berlin) == hours * HOUR


def test_samoa_left_out_a_day() -> None:
    apia = zone_of("Pacific/Apia")
    before, after = at(apia, 2011, 12, 29, 12), at(apia, 2011, 12, 31, 12)
    assert after - before == 24 * HOUR
    assert day_of(after, apia) - day_of(before, apia) == 2
    assert start_of(datetime(2011, 12, 30).toordinal(), apia) == at(apia, 2011, 12, 31, 4)


def test_the_ends_of_the_world() -> None:
    moment = at(UTC, 2026, 11, 29, 15)
    assert day_of(moment, EAST) - day_of(moment, WEST) == 2  # 5:00 on the 30th, 3:00 on the 29th
    assert day_of(0, WEST) == datetime(1969, 12, 31).toordinal()


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "Mars/Olympus", "America", "../../etc/passwd", "/etc/localtime", "a\0b"),
        *("\ud800", "x" * 5000, "Europe/Berlin\n", "zone.tab", "tzdata.zi"),
        *(None, 7, b"UTC", ["UTC"]),
    ],
)
def test_a_zone_that_does_not_exist_is_utc(name: object) -> None:
    assert zone_of(name) is UTC


@given(st.text(max_size=80))
def test_any_word_is_a_zone(name: str) -> None:
    assert day_of(10**12, zone_of(name)) > 0


def test_in_words() -> None:
    today = datetime(2026, 11, 29).toordinal()
    assert [in_words(today + n, today) for n in (-3, 0, 1, 2)] == [
        "today",
        "today",
        "tomorrow, 30 November",
        "in 2 days, on 1 December",
    ]

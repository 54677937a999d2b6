"""The learner's days. They begin at four in the morning where the learner is, as in Anki, so that
whoever learns until midnight has one evening and not two.

A day is a number, that of its date (date.toordinal). Time is in milliseconds since the epoch.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

BEGINS = time(4)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NAME = 64


def zone_of(name: object) -> tzinfo:
    """The time zone that a browser names, such as "Europe/Berlin"; UTC if there is no such."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        return UTC
    try:
        return ZoneInfo(name)
    # It comes from outside: a folder of the data base, a path, a letter that no file can have.
    except (OSError, ValueError, KeyError):
        return UTC


def day_of(moment: int, zone: tzinfo) -> int:
    """The day to which a moment belongs. A later moment never belongs to an earlier day, whatever
    the clocks of the zone did in between."""
    instant = EPOCH + timedelta(milliseconds=moment)
    day = instant.astimezone(zone).toordinal() + 1
    while start_of(day, zone) > moment:
        day -= 1
    return day


def start_of(day: int, zone: tzinfo) -> int:
    """The moment at which a day begins. On the few days on which the clocks skip four o'clock, it
    is as long after the skip as four o'clock would have been."""
    begin = datetime.combine(date.fromordinal(day), BEGINS, zone)
    return (begin.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def in_words(day: int, today: int) -> str:
    """When a coming day is: "tomorrow", or "in 8 days, on 7 December"."""
    if day <= today:
        return "today"
    then = date.fromordinal(day)
    said = f"{then.day} {then:%B}"
    return f"tomorrow, {said}" if day == today + 1 else f"in {day - today} days, on {said}"

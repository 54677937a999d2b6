"""Who has had so much that others go first."""

from __future__ import annotations

from diffusion_core.service.ledger import HALF_LIFE, MOST, Ledger


def ledger(now: list[float] | None = None, **spent: float) -> Ledger:
    clock = now or [0.0]
    made = Ledger(clock=lambda: clock[0])
    for party, seconds in spent.items():
        made.charge(party, seconds)
    return made


def test_who_has_had_more_than_a_part_of_what_the_others_had_is_over() -> None:
    parties = {"anna": MOST * 2 + 0.01, "ben": 1.0, "cem": 1.0}
    assert "anna" in ledger(**parties).over(["anna", "ben", "cem", "dora"])
    assert "anna" not in ledger(**parties | {"anna": MOST * 2 - 0.01}).over([*parties, "dora"])


def test_equals_go_on_together() -> None:
    assert not ledger(anna=1.1, ben=1).over(["anna", "ben"])
    assert not ledger(anna=1.1, ben=1, cem=1).over(["anna", "ben", "cem"])


def test_of_two_the_one_who_has_had_less_goes_first() -> None:
    assert ledger(anna=1, ben=0.6).over(["anna", "ben"]) == {"anna"}


def test_who_is_alone_is_never_over() -> None:
    assert not ledger(anna=100, ben=1).over(["anna"])
    assert not ledger(anna=100).over(["anna", "anna"])


def test_who_has_just_come_goes_first() -> None:
    assert ledger(anna=100).over(["anna", "ben"]) == {"anna"}


def test_what_is_nobodys_in_particular_is_never_over() -> None:
    books = ledger(anna=1)
    books.charge(None, 100)
    assert books.over([None, "anna"]) == set()
    # And goes before who has had much, as others do.
    assert ledger(anna=1).over([None, "anna"]) == {"anna"}


def test_it_is_forgotten_by_and_by() -> None:
    now = [0.0]
    books = ledger(now, anna=1.0)
    now[0] = HALF_LIFE
    books.charge("ben", 0.5 / MOST + 0.01)
    assert books.over(["anna", "ben", "cem"]) == {"ben"}
    now[0] = 100 * HALF_LIFE
    assert books.over(["anna", "ben", "cem"]) == set()

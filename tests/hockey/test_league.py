"""The rule book: documented defaults, and a league's own rules over them."""

import pytest

from hockey.league import InvalidRules, LeagueRules


def test_an_empty_file_is_the_defaults() -> None:
    rules = LeagueRules.from_mapping({})
    assert rules == LeagueRules()
    assert (rules.periods.minutes, rules.penalties.minor_pim, rules.points.win, rules.points.tie) == (18, 3, 2, 1)


def test_a_league_names_only_what_differs() -> None:
    rules = LeagueRules.from_mapping({"playoff_places": 8, "points": {"overtime_loss": 1}, "periods": {"minutes": 20}})
    assert rules.playoff_places == 8
    assert rules.points.overtime_loss == 1
    assert rules.points.win == 2
    assert rules.periods.minutes == 20.0


def test_the_rules_come_back_from_plain_data() -> None:
    rules = LeagueRules.from_mapping({"name": "Tuesday C", "points": {"win": 3}})
    assert LeagueRules.from_mapping(rules.to_mapping()) == rules


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"pionts": {}}, "pionts: unknown rule; known: .*points"),
        ({"points": {"won": 3}}, r"points\.won: unknown rule"),
        ({"points": 3}, r"points: expected a table, as in \[points\]"),
        ({"points": {"win": "two"}}, r"points\.win: expected a number"),
        ({"points": {"win": 1.5}}, r"points\.win: expected a whole number"),
        ({"points": {"win": True}}, r"points\.win: expected a number"),
        ({"periods": {"minutes": -1}}, r"periods\.minutes: expected a number of at least 1"),
        ({"periods": {"minutes": float("nan")}}, r"periods\.minutes: expected a number of at least 1"),
        ({"penalties": {"minor": float("inf")}}, r"penalties\.minor: expected a number of at least 0"),
        ({"name": "  "}, "name: expected a text"),
        ({"name": 5}, "name: expected a text"),
        ({"time_zone": "Mars/Olympus"}, "time_zone: 'Mars/Olympus' is not an IANA time zone"),
        ({"time_zone": "../../etc/passwd"}, "is not an IANA time zone"),
        ({"name": "x" * 101}, "name: expected a text of at most 100 characters"),
        ({"name": "two\nlines"}, "name: expected a text"),
        ({"points": {"win": 0}}, r"points\.win: expected a number of at least 1"),
        ({"name": [2**99_999]}, "name: expected a text .* not a list"),
        ({"periods": {"count": 0}}, r"periods\.count: expected a number of at least 1"),
        ({"playoff_places": 10**500}, "playoff_places: expected a number of at least 0 and at most 1000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_rule_is_named(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRules, match=message):
        LeagueRules.from_mapping(mapping)

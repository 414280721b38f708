"""Periods, zones, rink, strength and the catalogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hockey.details import DETAILS, DETAILS_2, readable
from hockey.event_types import EVENT_TYPES, WITHOUT_PLAYERS
from hockey.periods import attacks_right, parse_period
from hockey.play_details import PLAY_DETAILS
from hockey.rink import net_target, zone_at
from hockey.strength import man_advantage, parse_strength, strength
from hockey.zones import parse_zone


@pytest.mark.parametrize(
    ("text", "period"), [("1", 1), ("3.0", 3), ("OT", 4), ("4", 4), ("p2", 2), ("x", None), (None, None)]
)
def test_a_period_in_any_spelling(text: str | None, period: int | None) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize(("period", "right"), [(1, True), (2, False), (3, True), (4, True)])
def test_ends_are_changed_in_the_second_period_only(period: int, *, right: bool) -> None:
    assert attacks_right(home=True, period=period, home_attacks_right_p1=True) is right
    assert attacks_right(home=False, period=period, home_attacks_right_p1=True) is not right
    assert attacks_right(home=True, period=period, home_attacks_right_p1=False) is not right


@pytest.mark.parametrize(("text", "zone"), [("o", "o"), ("Defensive", "d"), ("NEUTRAL", "n"), ("", None), (None, None)])
def test_a_zone_in_any_spelling(text: str | None, zone: str | None) -> None:
    assert parse_zone(text) == zone


@pytest.mark.parametrize(("x", "zone"), [(25.1, "o"), (25, "n"), (-25, "n"), (-25.1, "d")])
def test_a_blue_line_is_neutral(x: float, zone: str) -> None:
    assert zone_at(x) == zone


@pytest.mark.parametrize(
    ("written", "inches"),
    [
        pytest.param((72, 48), (72, 48), id="from the corner"),
        pytest.param((-30, 20), (0, 0), id="centred: top left"),
        pytest.param((30, -20), (72, 48), id="centred: bottom right"),
    ],
)
def test_a_net_target_in_either_frame(written: tuple[float, float], inches: tuple[float, float]) -> None:
    assert net_target(*written) == inches


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_strength_reads_back(home: int, away: int) -> None:
    assert parse_strength(strength(home, away)) == f"{home}v{away}"


@pytest.mark.parametrize(
    ("own", "other", "more"),
    [(5, 5, 0), (5, 4, 1), (3, 5, -2), (6, 5, 0), (5, 6, 0), (6, 4, 1), (4, 6, -1), (6, 3, 2)],
    ids=["5v5", "5v4", "3v5", "delayed penalty", "pulled there", "power play, pulled", "kill, pulled there", "two up"],
)
def test_penalties_give_an_advantage_and_an_extra_attacker_does_not(own: int, other: int, more: int) -> None:
    assert man_advantage(own, other) == more


@pytest.mark.parametrize(("text", "read"), [("5v6 Away EN", "5v6"), ("ENH", None), ("", None), (None, None)])
def test_a_strength_label_by_what_it_begins_with(text: str | None, read: str | None) -> None:
    assert parse_strength(text) == read


def test_every_code_is_listed_once() -> None:
    for catalogue in (EVENT_TYPES, DETAILS, DETAILS_2, PLAY_DETAILS):
        codes = [entry.code for entry in catalogue]
        assert len(codes) == len(set(codes))


def test_every_detail_belongs_to_an_event_type() -> None:
    types = {event_type.code for event_type in EVENT_TYPES}
    assert {detail.event_type for detail in (*DETAILS, *DETAILS_2)} <= types


def test_marks_of_the_course_of_the_game_have_no_players() -> None:
    assert {"GameStart", "Intermission", "GameEnd", "Timeout", "Clockstop"} == WITHOUT_PLAYERS


def test_codes_are_readable() -> None:
    assert readable("Shot_OnNetSaved") == "Shot on net saved"

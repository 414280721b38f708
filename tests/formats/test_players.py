"""Who the players of an event are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.tracker_builder import (
    AWAY,
    HOME,
    flag_counts,
    make_event,
    make_export,
    make_lineup,
    make_player,
    make_shift,
    player_id,
    read,
)


class TestResolution:
    @pytest.mark.parametrize(
        ("player", "expected", "match", "flags"),
        [
            pytest.param(
                make_player(12, "event_player_1", id=player_id("home", 3)), player_id("home", 3), "id", {}, id="by id"
            ),
            pytest.param(
                make_player(3, "event_player_1", id="P999"), player_id("home", 3), "role_side", {}, id="unknown id"
            ),
            pytest.param(make_player("3"), player_id("home", 3), "role_side", {}, id="by number as text"),
            pytest.param(make_player(12, "opp_player_1"), player_id("away", 12), "role_side", {}, id="opponent"),
            pytest.param(make_player(7, "opp_player_1"), player_id("away", 7), "role_side", {}, id="number of both"),
            pytest.param(
                make_player(12, team="away"), player_id("away", 12), "team_side", {"wrong_side": 1}, id="by team"
            ),
            pytest.param(
                make_player(12), player_id("away", 12), "other_side", {"wrong_side": 1}, id="on the other side"
            ),
            pytest.param(make_player(99), None, "none", {"unknown_player": 1}, id="nobody"),
            pytest.param(make_player(None), None, "none", {"unknown_player": 1}, id="no number"),
            pytest.param(make_player(7, "?", team="away"), player_id("away", 7), "role_side", {}, id="role unreadable"),
        ],
    )
    def test_in_the_order_of_the_format(
        self, player: dict[str, object], expected: str | None, match: str, flags: dict[str, int]
    ) -> None:
        frames = read(make_export([make_event(players=[player])], [make_shift()]))
        row = frames.event_players.row(0, named=True)
        assert (row["player_id"], row["match"]) == (expected, match)
        found = flag_counts(frames)
        found.pop("opp_missing", None)
        assert found == flags

    def test_both_spellings_of_roles_in_one_event(self) -> None:
        players = [
            make_player(2, "event_team_player_1"),
            make_player(3, "event_player_2"),
            make_player(12, "opponent_player_1"),
        ]
        rows = read(make_export([make_event(players=players)])).event_players
        assert rows.select("side_role", "role_n", "team").rows() == [
            ("event", 1, "home"),
            ("event", 2, "home"),
            ("opp", 1, "away"),
        ]

    def test_the_same_player_twice_on_one_side_keeps_the_lower_role(self) -> None:
        players = [make_player(3, "event_player_2"), make_player(3), make_player(4, "event_player_3")]
        frames = read(make_export([make_event(players=players)]))
        assert frames.event_players.select("jersey", "role_n").rows() == [(3, 1), (4, 3)]
        assert flag_counts(frames)["dup_player"] == 1

    def test_a_role_held_twice_goes_on_after_the_highest(self) -> None:
        players = [make_player(2), make_player(3), make_player(4, "event_player_2"), make_player(5, "nothing")]
        rows = read(make_export([make_event(players=players)])).event_players
        assert rows.select("jersey", "role_n").rows() == [(2, 1), (3, 3), (4, 2), (5, 4)]

    def test_who_is_on_the_ice(self) -> None:
        players = [make_player(HOME[0]), make_player(HOME[5], "event_player_2")]
        events = [make_event(players=players), make_event(period=2, players=players)]
        rows = read(make_export(events, [make_shift(home=make_lineup([*HOME[:5], None, 30]))])).event_players
        assert rows["on_ice"].to_list() == [True, False, None, None]

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.builds(
                make_player,
                st.sampled_from([*HOME, *AWAY, 99, None, "x", "3.0", 10**30, -1]),
                st.sampled_from(
                    ["event_player_1", "opp_team_player_1", "opponent_player_2", "event_player_9", "", "opp_goalie"]
                ),
                team=st.sampled_from(["home", "away", None, 3]),
                id=st.sampled_from([None, "", player_id("home", 3), player_id("away", 13), []]),
            ),
            max_size=8,
        ),
        st.sampled_from(["home", "away", None, "x"]),
    )
    def test_any_players_give_unique_roles_and_people_of_the_rosters(
        self, players: list[dict[str, object]], team: object
    ) -> None:
        frames = read(make_export([make_event(team=team, players=players)], [make_shift()]))
        rows = frames.event_players
        assert not rows.select("side_role", "role_n").is_duplicated().any()
        known = {player_id("home", n) for n in HOME} | {player_id("away", n) for n in AWAY}
        assert set(rows["player_id"].drop_nulls()) <= known
        assert not rows.filter(rows["player_id"].is_not_null()).select("side_role", "player_id").is_duplicated().any()
        assert rows.filter(match="none")["player_id"].null_count() == rows.filter(match="none").height


class TestWhatTheyDid:
    def test_play_details_success_and_side_of_the_puck(self) -> None:
        player = make_player(
            2, playD1="PuckRetreivalPass", playD2="AssistPrimary", playSuccess=" u", sideOfPuck="Offensive"
        )
        row = read(make_export([make_event(players=[player])])).event_players.row(0, named=True)
        assert (row["play_detail1"], row["recovery_kind"], row["play_detail2"]) == (
            "PuckRecoveryRetrievalPass",
            "retrieval",
            "AssistPrimary",
        )
        assert (row["raw_play_detail1"], row["play_success"], row["side_of_puck"]) == (
            "PuckRetreivalPass",
            False,
            "Offensive",
        )

    @pytest.mark.parametrize(
        ("written", "pressured", "by"),
        [
            pytest.param(["1", 2, ""], [True, True, False], [None, None, None], id="older: how many press"),
            pytest.param([12, "13", ""], [True, True, False], [12, 13, None], id="newer: who presses"),
            pytest.param(["", "", ""], [None, None, None], [None, None, None], id="a file that does not say"),
        ],
    )
    def test_pressure(self, written: list[object], pressured: list[bool | None], by: list[int | None]) -> None:
        events = [make_event(players=[make_player(2, pressure=value)]) for value in written]
        rows = read(make_export(events)).event_players
        assert (rows["pressured"].to_list(), rows["pressured_by"].to_list()) == (pressured, by)

    def test_a_file_that_lost_opponents_and_details_is_flagged(self) -> None:
        counts = flag_counts(read(make_export([make_event(players=[make_player(2)])] * 101)))
        assert (counts["opp_missing"], counts["playdetail_missing"]) == (1, 1)


class TestRosters:
    def test_a_line_without_an_id_gets_one_from_team_and_number(self) -> None:
        rosters = {
            "home": [{"num": "5", "name": "A", "pos": "D"}],
            "away": [{"num": "null", "name": "Bo B", "pos": "?"}],
        }
        frames = read(make_export(rosters=rosters))
        assert frames.rosters.select("player_id", "jersey", "position").rows() == [
            ("X-TEAM_B-5", "5", "D"),
            ("X-TEAM_A-BO_B", None, "F"),
        ]
        assert flag_counts(frames)["player_inferred"] == 2

    def test_a_player_on_both_rosters_stays_on_the_first(self) -> None:
        line = {"id": "P1", "num": "5", "name": "A", "pos": "F"}
        frames = read(make_export(rosters={"home": [line], "away": [line]}))
        assert frames.rosters.select("side", "player_id").rows() == [("home", "P1")]
        assert flag_counts(frames)["dup_player"] == 1


class TestTeamlessEvents:
    """W3 workbooks have no team column."""

    @pytest.mark.parametrize(
        ("players", "team"),
        [
            pytest.param([make_player(2), make_player(3, "event_player_2")], "home", id="event players"),
            pytest.param([make_player(7), make_player(2, "opp_player_1")], "away", id="opponents"),
            pytest.param([make_player(7)], None, id="a number of both sides"),
        ],
    )
    def test_the_side_of_the_players(self, players: list[dict[str, object]], team: str | None) -> None:
        frames = read(make_export([make_event(team=None, players=players)]))
        assert frames.events["team"].to_list() == [team]
        assert ("team_unknown" in flag_counts(frames)) is (team is None)

    def test_the_one_of_two_who_has_the_name(self) -> None:
        frames = read(make_export([make_event(team=None, players=[make_player(7, name=" AWAY  7")])]))
        assert frames.events["team"].to_list() == ["away"]
        assert frames.event_players["player_id"].to_list() == [player_id("away", 7)]

    def test_the_one_of_two_who_is_on_the_ice(self) -> None:
        shift = make_shift(away=make_lineup([*AWAY[:4], 7, None, 31]))
        frames = read(make_export([make_event(team="", players=[make_player(7)])], [shift]))
        assert frames.events["team"].to_list() == ["away"]
        assert frames.event_players["player_id"].to_list() == [player_id("away", 7)]

    def test_a_neighbour_of_the_chain(self) -> None:
        events = [
            make_event(team=None, linkedEventIdx=4, players=[make_player(7)]),
            make_event(team=None, linkedEventIdx=4, players=[make_player(2)]),
            make_event("GameEnd", team=None, linkedEventIdx=4),
        ]
        assert read(make_export(events)).events["team"].to_list() == ["home", "home", None]

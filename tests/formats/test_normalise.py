"""From an export to canonical frames: one test per rule of the format."""

import pytest

from formats.canonical import KEYS
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


class TestClocks:
    def test_elapsed_and_running_time(self) -> None:
        events = read(make_export([make_event(period=2, start_time="17:30", end_time="17:28")])).events
        row = events.row(0, named=True)
        assert (row["clock_start"], row["t_start"], row["t_end"], row["game_t"]) == (1050, 30, 32, 1080 + 30)
        assert row["duration_s"] == 2

    @pytest.mark.parametrize(
        ("start", "end", "clock", "duration", "flags"),
        [
            pytest.param("17:85", "17:55", 1075, 0, {"clock_bad": 1}, id="a slipped finger"),
            pytest.param("09:64", "09:64", 604, 0, {"clock_bad": 1}, id="seconds past 59 in their order"),
            pytest.param("55:39", "54:27", None, 0, {"clock_bad": 1}, id="a video counter"),
            pytest.param("", "", None, 0, {"clock_bad": 1}, id="blank"),
            pytest.param("17:00", "", 1020, 0, {}, id="no end: an instant"),
            pytest.param("17:00", "16:", 1020, 0, {"clock_bad": 1}, id="an end cut off"),
            pytest.param("17:00", "17:04", 1020, 4, {"end_before_start": 1}, id="ends reversed"),
            pytest.param("17:00", "15:00", 1020, 0, {}, id="a minute and more is a typing error"),
        ],
    )
    def test_every_flaw(
        self, start: str, end: str, clock: float | None, duration: float, flags: dict[str, int]
    ) -> None:
        frames = read(make_export([make_event(start_time=start, end_time=end)], [make_shift()]))
        assert frames.events["clock_start"].to_list() == [clock]
        assert frames.events["duration_s"].to_list() == [duration]
        found = flag_counts(frames)
        found.pop("opp_missing", None)
        assert found == flags

    @pytest.mark.parametrize("written", ["OT", 4, "4"])
    def test_overtime_is_the_fourth_period_in_any_spelling(self, written: object) -> None:
        row = read(make_export([make_event(period=written, start_time="04:00")])).events.row(0, named=True)
        assert (row["period"], row["t_start"], row["game_t"]) == (4, 60, 3 * 1080 + 60)

    def test_a_clock_that_restarts_within_a_period_is_flagged_once(self) -> None:
        clocks = ["10:00", "00:10", "04:50", "04:40"]
        frames = read(make_export([make_event(start_time=c, end_time=c) for c in clocks]))
        assert flag_counts(frames)["clock_restarts"] == 1

    def test_a_file_without_lengths_plays_by_the_rules_unless_its_stints_start_above_them(self) -> None:
        games = read(make_export([], [make_shift("20:00", "00:00")], periodLengths=None, penaltyLengths=3)).games
        assert games["period_len_s"].to_list() == [[1200, 1080, 1080, 300]]
        assert games["penalty_min"].to_list() == [[3, 6, 10]]


class TestOrder:
    def test_events_follow_idx_not_the_clock_nor_their_place(self) -> None:
        events = [make_event("Shot", idx=1), make_event("Pass", idx=0)]
        assert read(make_export(events)).events["event_type"].to_list() == ["Pass", "Shot"]

    def test_a_broken_idx_leaves_the_order_of_the_file(self) -> None:
        events = [make_event("Shot", idx=5), make_event("Pass", idx=5), make_event("Goal", idx=None)]
        frames = read(make_export(events))
        assert frames.events["event_type"].to_list() == ["Shot", "Pass", "Goal"]
        assert frames.events["event_idx"].to_list() == [0, 1, 2]

    def test_rows_without_a_type_are_padding(self) -> None:
        frames = read(make_export([make_event(""), make_event("Goal", players=[make_player(HOME[0])])]))
        assert frames.events["event_idx"].to_list() == [0]
        assert frames.event_players["event_idx"].to_list() == [0]


class TestCodes:
    def test_codes_are_canonical_and_the_raw_ones_kept(self) -> None:
        event = make_event("Zone_Entry_Exit", detail1="Zone_Entryfailed", detail2="ZoneEntry-Rush")
        row = read(make_export([event])).events.row(0, named=True)
        assert (row["detail1"], row["detail2"]) == ("Zone_Entry_Failed", "ZoneEntry_Carried")
        assert (row["raw_detail1"], row["raw_detail2"]) == ("Zone_Entryfailed", "ZoneEntry-Rush")

    def test_an_unknown_code_is_kept_and_flagged_by_its_name(self) -> None:
        frames = read(make_export([make_event("Zone_Entri"), make_event("Zone_Entri")]))
        flag = frames.flags.filter(flag="unknown_code").row(0, named=True)
        assert frames.events["event_type"].to_list() == ["Zone_Entri"] * 2
        assert (flag["message"], flag["count"], flag["event_idx"]) == ("unknown event type 'Zone_Entri'", 2, 0)

    def test_success_in_all_spellings(self) -> None:
        written = [True, "s", 1, False, "u", None, "", "o"]
        events = read(make_export([make_event(success=value) for value in written])).events
        assert events["success"].to_list() == [True, True, True, False, False, None, None, None]

    def test_a_file_of_neutral_zones_knows_no_neutral_zone(self) -> None:
        frames = read(make_export([make_event(zone=zone) for zone in "nnno"]))
        assert frames.events["zone_known"].to_list() == [False, False, False, True]
        assert flag_counts(frames)["zone_default"] == 1

    def test_a_file_without_a_failure_has_lost_them(self) -> None:
        assert flag_counts(read(make_export([make_event(success=True)] * 101)))["success_lossy"] == 1
        assert "success_lossy" not in flag_counts(read(make_export([make_event(success=True)] * 100)))


class TestLinks:
    def test_a_chain_key_used_again_far_away_is_another_chain(self) -> None:
        keys = [7, 7, None, None, None, None, None, None, None, None, None, None, 7, 9]
        frames = read(make_export([make_event(linkedEventIdx=key) for key in keys]))
        chains = [chain for chain in frames.events["chain_id"].to_list() if chain is not None]
        assert chains == [7, 7, 10, 9]
        assert flag_counts(frames)["chain_split"] == 1

    @pytest.mark.parametrize("later", [{"start_time": "16:44"}, {"period": 2}], ids=["16 seconds later", "next period"])
    def test_a_chain_ends_with_time(self, later: dict[str, object]) -> None:
        frames = read(make_export([make_event(linkedEventIdx=7), make_event(linkedEventIdx=7, **later)]))
        assert frames.events["chain_id"].to_list() == [7, 8]

    @pytest.mark.parametrize(
        ("goal", "target", "expected"),
        [
            pytest.param({}, 1, 1, id="a goal of the team"),
            pytest.param({}, 0, None, id="no goal"),
            pytest.param({}, 99, None, id="nothing there"),
            pytest.param({"team": "away"}, 1, None, id="of the other team"),
            pytest.param({"period": 2}, 1, None, id="of another period"),
        ],
    )
    def test_an_assist_counts_for_a_goal_of_its_team_and_period(
        self, goal: dict[str, object], target: int, expected: int | None
    ) -> None:
        events = [make_event("Pass", assistToGoalIdx=target), make_event("Goal", detail1="Goal_Scored", **goal)]
        frames = read(make_export(events))
        assert frames.events["assist_to_idx"][0] == expected
        assert ("assist_target_bad" in flag_counts(frames)) is (expected is None)


class TestStints:
    def test_strength_and_goalies_come_from_the_slots(self) -> None:
        home = make_lineup([*HOME[:5], HOME[5], None])
        frames = read(make_export([], [make_shift(home=home, strength="5v5")]))
        row = frames.shifts.row(0, named=True)
        assert (row["strength"], row["home_goalie_on"], row["away_goalie_on"]) == ("6v5", False, True)
        assert row["home_x_id"] == player_id("home", HOME[5])
        assert flag_counts(frames)["strength_label_conflict"] == 1

    @pytest.mark.parametrize(
        ("shift", "valid", "placeholder"),
        [
            pytest.param(make_shift("18:00", "00:0.01"), True, False, id="to the end of the period"),
            pytest.param(make_shift("18:00", "18:00"), False, True, id="no time"),
            pytest.param(make_shift("", ""), False, True, id="blank"),
            pytest.param(make_shift("0:16", "18:00"), False, False, id="backwards"),
            pytest.param(make_shift(home={}, away=None), False, True, id="nobody"),
            pytest.param(
                make_shift(home=make_lineup([2, 3, None, None, None, None, 30])), False, True, id="two skaters"
            ),
            pytest.param(make_shift(period="1"), True, False, id="a period as text"),
        ],
    )
    def test_which_rows_count(self, shift: dict[str, object], *, valid: bool, placeholder: bool) -> None:
        row = read(make_export([], [shift])).shifts.row(0, named=True)
        assert (row["is_valid"], row["is_placeholder"]) == (valid, placeholder)

    def test_a_row_of_another_game_is_dropped(self) -> None:
        foreign = make_shift(home=make_lineup([53, 20, 12, 3, 21, None, 99]))
        frames = read(make_export([], [foreign]))
        assert frames.shifts.is_empty()
        assert {"shift_foreign_numbers", "no_valid_shift"} <= set(flag_counts(frames))

    def test_a_faceoff_on_the_boundary_belongs_to_the_later_stint_and_all_else_to_the_earlier(self) -> None:
        shifts = [make_shift("18:00", "17:00"), make_shift("17:00", "00:00")]
        kinds = [
            ("Faceoff", "18:00"),
            ("Goal", "17:00"),
            ("Faceoff", "17:00"),
            ("Pass", "16:59"),
            ("Stoppage", "00:00"),
        ]
        events = [make_event(kind, start_time=clock, end_time=clock) for kind, clock in kinds]
        assert read(make_export(events, shifts)).events["stint_idx"].to_list() == [0, 0, 1, 1, 1]

    def test_an_event_outside_every_stint_has_none(self) -> None:
        events = [make_event(period=2), make_event(start_time="55:00"), make_event(start_time="02:00")]
        frames = read(make_export(events, [make_shift("18:00", "10:00")]))
        assert frames.events["stint_idx"].to_list() == [None, None, None]

    def test_the_reason_of_a_stop_comes_from_the_events_not_from_the_label(self) -> None:
        events = [
            make_event("Stoppage", team="away", detail1="Stoppage_Play", detail2="Stoppage_Icing"),
            make_event("DeadIce", team="away", end_time="16:40"),
            make_event("Faceoff", start_time="16:40", end_time="16:40"),
        ]
        shifts = [
            make_shift("18:00", "16:40", stop_type="Home Icing"),
            make_shift("16:40", "10:00", start_type="OtherFaceoff"),
            make_shift("10:00", "00:00"),
        ]
        stops = read(make_export(events, shifts)).shifts.select("stop_side", "stop_reason").rows()
        assert stops == [("away", "Icing"), (None, None), (None, "PeriodEnd")]

    def test_negative_dead_time_is_unknown(self) -> None:
        shifts = [make_shift(stoppageTime=-90), make_shift(stoppageTime=12)]
        assert read(make_export([], shifts)).shifts["stoppage_s"].to_list() == [None, 12]


class TestPlaces:
    @pytest.mark.parametrize(
        ("period", "team", "sign"),
        [(1, "home", 1), (2, "home", -1), (1, "away", -1), (2, "away", 1), ("OT", "home", 1)],
    )
    def test_the_acting_team_always_attacks_the_same_way(self, period: object, team: str, sign: int) -> None:
        event = make_event(
            period=period, team=team, start_time="04:00", puckXY=[{"x": -50, "y": 10}, None, {"x": 60, "y": -20}]
        )
        row = read(make_export([event])).events.row(0, named=True)
        assert row["puck_path"] == [{"x": -50, "y": 10}, {"x": 60, "y": -20}]
        assert (row["puck_x0"], row["puck_y0"]) == (-50 * sign, 10 * sign)
        assert (row["puck_x1"], row["puck_y1"]) == (60 * sign, -20 * sign)

    def test_absolute_points_are_known_by_their_size_and_the_rest_follows_the_majority(self) -> None:
        paths = [[{"x": 189, "y": 42.5}], [{"x": 150, "y": 80}], [{"x": 50, "y": 20}], [{"x": -1, "y": 3}]]
        events = read(make_export([make_event(puckXY=path) for path in paths])).events
        assert events["puck_x0"].to_list() == [89, 50, -50, -1]

    def test_points_beyond_the_boards_are_no_places(self) -> None:
        events = read(make_export([make_event(puckXY=[{"x": 1e12, "y": 0}, {"x": 5, "y": "7"}])])).events
        assert events["puck_path"].to_list() == [[{"x": 5, "y": 7}]]

    def test_a_net_target_in_either_frame(self) -> None:
        events = read(make_export([make_event(netXY={"x": 10, "y": 44}), make_event(netXY={"x": -30, "y": 20})])).events
        assert events.select("net_x", "net_y").rows() == [(10, 44), (0, 0)]

    def test_without_a_direction_there_is_no_attack_frame(self) -> None:
        row = read(make_export([make_event(puckXY=[{"x": -5, "y": 1}])], homeAttacksRightP1="?")).events.row(
            0, named=True
        )
        assert row["puck_path"] == [{"x": -5, "y": 1}]
        assert row["puck_x0"] is None


class TestFile:
    def test_flaws_of_the_whole_file(self) -> None:
        shell = read(make_export(settings={}), path="games/18977/game.json")
        assert flag_counts(shell) == {"folder_mismatch": 1, "no_events": 1, "no_valid_shift": 1, "secret_removed": 1}
        assert shell.flags["source_path"].unique().to_list() == ["games/18977/game.json"]

    def test_many_games_are_read_as_each_alone(self) -> None:
        documents = [
            make_export([make_event(puckXY=[{"x": 150, "y": 9}], linkedEventIdx=1)], [make_shift()], gameId=1),
            make_export([make_event(puckXY=[{"x": 10, "y": -9}], zone="n")] * 3, [make_shift()], gameId=2),
            make_export(gameId=3),
        ]
        together, alone = read(*documents), [read(document) for document in documents]
        for name in KEYS.keys() & {"games", "rosters", "events", "event_players", "shifts"}:
            for game_id, frames in enumerate(alone, start=1):
                assert getattr(together, name).filter(game_id=game_id).equals(getattr(frames, name)), name

    def test_numbers_on_both_sides(self) -> None:
        events = [make_event(players=[make_player(7), make_player(7, "opp_player_1")])]
        players = read(make_export(events)).event_players
        assert players["player_id"].to_list() == [player_id("home", 7), player_id("away", 7)]
        assert set(HOME) & set(AWAY) == {7}

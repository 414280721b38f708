"""Places on the ice: the direction of attack, danger areas and rink zones."""

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.tables.catalog import league_tables
from etl.tables.shot_places import danger_zone, rink_zone
from hockey.rink import HALF_LENGTH_FT, HALF_WIDTH_FT, RINK_ZONES, danger_at, zone_at
from tests.etl.league_builder import make_event, make_game, make_league, make_role, make_sources

Rows = Sequence[dict[str, object]]
PATH = [{"x": 30.0, "y": 10.0}, {"x": 60.0, "y": -5.0}]


def build(*names: str, attacks_right: bool | None = True, **rows: Rows) -> list[pl.DataFrame]:
    sources = make_sources(make_league(games=[make_game(home_attacks_right_p1=attacks_right)], **rows))
    return [league_tables().needed_for(name).build(dict(sources))[name] for name in names]


class TestDirection:
    @pytest.mark.parametrize(
        ("team", "period", "attacks_right", "turn"),
        [
            ("home", 1, True, 1),
            ("home", 2, True, -1),
            ("home", 3, True, 1),
            ("home", 4, True, 1),
            ("away", 1, True, -1),
            ("away", 2, True, 1),
            ("home", 1, False, -1),
            ("away", 1, False, 1),
        ],
    )
    def test_both_axes_are_turned_so_that_the_acting_side_attacks_plus_x(
        self, team, period, attacks_right, turn
    ) -> None:
        events = [make_event(0, "Pass", team, 1, period=period, puck_path=PATH)]
        (found,) = build("fact_puck_xy_long", events=events, attacks_right=attacks_right)
        assert found.select("x", "y").rows() == [(turn * p["x"], turn * p["y"]) for p in PATH]
        assert found.select("puck_xy_key", "point_number", "is_start", "is_stop").rows() == [
            ("EV100000_1", 1, True, False),
            ("EV100000_2", 2, False, True),
        ]

    def test_opponents_are_seen_in_the_frame_of_the_acting_side(self) -> None:
        events = [make_event(0, "Pass", "away", 1)]
        roles = [make_role(0, "event_1", "a1", path=PATH[:1]), make_role(0, "opp_1", "h2", path=PATH[1:])]
        (found,) = build("fact_player_xy_long", events=events, event_players=roles)
        columns = ("player_xy_key", "player_id", "player_role", "is_event_team", "x", "y")
        assert found.select(columns).rows() == [
            ("EV100000E1_1", "a1", "event_player_1", True, -30.0, -10.0),
            ("EV100000O1_1", "h2", "opp_player_1", False, -60.0, 5.0),
        ]

    @pytest.mark.parametrize("table", ["fact_puck_xy_long", "fact_puck_xy_wide", "fact_player_xy_long"])
    def test_without_a_known_direction_there_is_no_place_in_this_frame(self, table) -> None:
        events = [make_event(0, "Pass", "home", 1, puck_path=PATH)]
        roles = [make_role(0, "event_1", "h1", path=PATH)]
        (found,) = build(table, events=events, event_players=roles, attacks_right=None)
        assert found.is_empty()


class TestWide:
    def test_points_stand_side_by_side(self) -> None:
        events = [make_event(0, "Pass", "home", 1, puck_path=PATH), make_event(1, "Pass", "home", 1)]
        roles = [make_role(0, "event_1", "h1", path=PATH)]
        for found in build("fact_puck_xy_wide", "fact_player_xy_wide", events=events, event_players=roles):
            assert found.select("point_count", "x_1", "y_1", "x_2", "y_2", "x_3").rows() == [(2, 30, 10, 60, -5, None)]

    def test_points_beyond_the_tenth_are_in_the_long_table_only(self) -> None:
        path = [{"x": float(n), "y": 0.0} for n in range(12)]
        found, every = build(
            "fact_puck_xy_wide", "fact_puck_xy_long", events=[make_event(0, "Pass", "home", 1, puck_path=path)]
        )
        assert found.select("point_count", "x_10").row(0) == (12, 9.0)
        assert every["x"].to_list() == [float(n) for n in range(12)]


class TestShots:
    def test_a_goal_is_one_row_with_its_place_chance_and_danger(self) -> None:
        at = {"puck_x0": 80.0, "puck_y0": -8.5, "net_x": 36.0, "net_y": 40.0}
        events = [
            make_event(0, "Shot", "home", 5, detail1="Shot_Goal", **at),
            make_event(1, "Goal", "home", 5, detail1="Goal_Scored", **at),
            make_event(2, "Shot", "away", 9, detail1="Shot_Blocked", puck_x0=30.0, puck_y0=0.0),
            make_event(3, "Shot", "away", 12, detail1="Shot_Missed"),
        ]
        found, attempts = build("fact_shot_xy", "shot_xg", events=events, event_players=[make_role(0, "event_1", "h1")])
        columns = ("shot_id", "player_id", "event_type", "shot_result", "is_goal", "danger_zone", "rink_zone_id")
        assert found.select(columns).rows() == [
            ("ST100000", "h1", "Goal", "Goal", True, "high", "RZ26"),
            ("ST100002", None, "Shot", "Blocked", False, "low", "RZ20"),
        ]
        goal = found.row(0, named=True)
        assert (goal["x_fraction"], goal["y_fraction"]) == (0.9, 0.4)
        assert (goal["x_coord"], goal["y_coord"], goal["net_x"], goal["net_y"]) == (80.0, -8.5, 36.0, 8.0)
        assert goal["distance_ft"] == pytest.approx((9**2 + 8.5**2) ** 0.5)
        assert goal["angle_deg"] == pytest.approx(43.363, abs=0.001)  # the tangent is 8.5 / 9
        assert goal["xg"] == attempts["xg"][0]


class TestRink:
    @pytest.mark.parametrize(
        ("x", "y", "danger"),
        [
            (89.0, 0.0, "high"),
            (89.0, 3.1, "low"),
            (69.0, 9.0, "high"),
            (68.9, 9.0, "medium"),
            (69.0, 20.5, "medium"),
            (80.0, 12.0, "low"),
            (54.0, 20.5, "medium"),
            (53.9, 0.0, "low"),
            (90.0, 0.0, "low"),
            (-80.0, 0.0, "low"),
        ],
    )
    def test_danger_follows_the_home_plate_and_its_slot(self, x, y, danger) -> None:
        assert danger_at(x, y) == danger_at(x, -y) == danger

    def test_the_rectangles_cover_the_rink_once(self) -> None:
        area = sum((z.x_ft[1] - z.x_ft[0]) * (z.y_ft[1] - z.y_ft[0]) for z in RINK_ZONES)
        assert area == 4 * HALF_LENGTH_FT * HALF_WIDTH_FT
        (found,) = build("dim_rink_zone")
        assert found.height == found["rink_zone_name"].n_unique() == len(RINK_ZONES) == 30

    @given(x=st.floats(-110, 110), y=st.floats(-46, 46))
    def test_expressions_say_what_the_functions_say(self, x: float, y: float) -> None:
        found = pl.DataFrame({"x": [x], "y": [y]}).select(
            danger_zone("x", "y").alias("d"), rink_zone("x", "y").alias("z")
        )
        danger, zone_id = found.row(0)
        assert danger == danger_at(x, y)
        zone = RINK_ZONES[int(zone_id[2:]) - 1]
        assert zone.zone == zone_at(x)
        assert zone.x_ft[0] <= max(-HALF_LENGTH_FT, min(HALF_LENGTH_FT, x)) <= zone.x_ft[1]
        assert zone.y_ft[0] <= max(-HALF_WIDTH_FT, min(HALF_WIDTH_FT, y)) <= zone.y_ft[1]

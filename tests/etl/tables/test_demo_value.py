"""Expected goals, value and on-ice tables on a simulated league: calibrated, whole, and without empty columns."""

from dataclasses import fields
from datetime import date

import polars as pl
import pytest

from etl.demo.generate import Request, generate
from etl.extract import extract
from etl.extraction_survey import ExtractRequest
from etl.tables.catalog import league_tables
from etl.usability import LEFT_OUT
from formats.canonical import LeagueFrames
from snapshot.layout import DataDir

NAMES = (
    *("fact_player_game_stats", "fact_team_game_stats", "fact_goalie_game_stats", "fact_wowy", "fact_line_combos"),
    *("fact_player_qoc_summary", "fact_head_to_head", "shot_xg"),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, pl.DataFrame]:
    """The tables of nine simulated games without flaws; a sixth of them have coordinates."""
    path = tmp_path_factory.mktemp("league")
    generate(Request(path, 9, 3, frozenset(), date(2026, 1, 18), 1), lambda *_: None)
    league = extract(DataDir(path), ExtractRequest(), lambda *_: None)
    frames = {f.name: getattr(league.league, f.name) for f in fields(LeagueFrames)}
    return league_tables().build(
        {**frames, "rules": league.rules, "left_out": pl.DataFrame(schema=LEFT_OUT)}, retain=NAMES
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name != "shot_xg"])
def test_no_column_is_null_throughout(built, name) -> None:
    frame = built[name]
    assert frame.height > 0
    assert [c for c in frame.columns if frame[c].null_count() == frame.height] == []


def test_expected_goals_are_about_the_goals(built) -> None:
    attempts = built["shot_xg"]
    expected = attempts["xg"].sum()
    assert abs(attempts["is_goal"].sum() - expected) < 3 * expected**0.5  # three standard deviations of a count
    assert attempts.filter("is_unblocked")["xg"].mean() == pytest.approx(0.055, abs=0.012)
    assert attempts["xg"].is_between(0, 1).all()
    assert 0 < attempts["distance_ft"].count() < attempts.height


def test_both_forms_agree_on_the_average_attempt(built) -> None:
    unblocked = built["shot_xg"].filter("is_unblocked")
    with_place, without = unblocked.drop_nulls("distance_ft"), unblocked.filter(pl.col("distance_ft").is_null())
    assert with_place["xg"].mean() == pytest.approx(without["xg"].mean(), rel=0.35)


def test_a_rating_is_the_game_score_expected_of_it(built) -> None:
    games = built["fact_player_game_stats"]
    assert games["game_score"].mean() == pytest.approx(games["player_rating"].mean(), abs=0.5)


def test_goalies_of_a_season_average_out(built) -> None:
    saved = built["fact_goalie_game_stats"].group_by("season_id").agg(pl.col("goals_saved_above_avg").sum())
    assert saved["goals_saved_above_avg"].to_list() == pytest.approx([0.0] * saved.height, abs=1e-9)


def test_seconds_against_opponents_are_those_of_both_sides(built) -> None:
    met, skaters = built["fact_head_to_head"], built["fact_player_game_stats"].filter(pl.col("team_venue") == "home")
    faced = met.group_by("game_id").agg(against=pl.col("toi_against").sum()).sort("game_id")
    played = skaters.group_by("game_id").agg(toi=pl.col("toi_seconds").sum()).sort("game_id")
    ratio = faced.join(played, on="game_id").select(pl.col("against") / pl.col("toi")).to_series()
    assert ratio.is_between(4.5, 5.2).all()  # five opponents, fewer in a penalty, six with a net empty

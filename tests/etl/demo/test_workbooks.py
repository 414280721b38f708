"""The tracking workbooks hold the game that the truth describes, in the columns of each writer."""

from pathlib import Path
from typing import Any

import fastexcel
import pytest

from etl.demo.simulate import PlayedGame
from etl.demo.tracking_workbook import write_workbook
from etl.demo.workbook_columns import EVENT_COLUMNS, SHIFT_COLUMNS
from tests.etl.demo.conftest import Made


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    return fastexcel.read_excel(path).load_sheet(sheet, dtypes="string").to_polars().to_dicts()


def games(made: Made) -> list[tuple[str, dict[str, Any], Path]]:
    return [
        (truth["form"], truth, made.games_dir / game_id / f"{game_id}_tracking.xlsx")
        for game_id, truth in made.truth["games"].items()
        if truth["form"] != "json"
    ]


def test_the_third_writer_has_44_and_25_columns() -> None:
    assert len(EVENT_COLUMNS["W3"]) == 44
    assert len(SHIFT_COLUMNS["W3"]) == 25
    assert all(len(set(c)) == len(c) for c in EVENT_COLUMNS.values())


def test_every_event_and_stint_of_the_game_is_in_it(clean: Made) -> None:
    assert {form for form, _, _ in games(clean)} == {"W1", "W2", "W3"}
    for _, truth, path in games(clean):
        events = rows(path, "events")
        assert len({r["event_index"] for r in events}) == truth["events"]
        assert len(rows(path, "shifts")) == truth["stints"]
        assert {r["game_id"] for r in events} == {str(truth["game_id"])}


def test_goals_and_saves_are_on_the_right_players(clean: Made) -> None:
    for form, truth, path in games(clean):
        kind = "event_type" if form == "W3" else "Type"
        first = {"event_player_1", "event_team_player_1"}
        events = [r for r in rows(path, "events") if r["player_role"] in first]
        numbers = [int(p["number"]) for p in truth["players"].values() for _ in range(p.get("goals", 0))]
        assert sorted(int(r["player_game_number"]) for r in events if r[kind] == "Goal") == sorted(numbers)
        assert sum(r[kind] == "Save" for r in events) == sum(p.get("saves", 0) for p in truth["players"].values())


def test_the_first_template_counts_a_period_up_at_its_intermission(clean: Made) -> None:
    path = next(p for form, _, p in games(clean) if form == "W1")
    period = 1
    for row in rows(path, "events"):
        period += row["Type"] == "Intermission"
        assert int(row["period"]) == period


def test_goal_and_assist_point_at_each_other(clean: Made) -> None:
    for form, truth, path in games(clean):
        if form == "W1":
            continue
        events = rows(path, "events")
        helpers = {(r["event_index"], r["assist_to_goal_index"]) for r in events if r["assist_to_goal_index"]}
        named = {
            (r[f"assist_{which}_event_index"], r["event_index"])
            for r in events
            for which in ("primary", "secondary")
            if r[f"assist_{which}_event_index"]
        }
        assert helpers == named
        assert len(helpers) == sum(p.get("assists", 0) for p in truth["players"].values())


@pytest.mark.parametrize("inputs_only", [False, True])
def test_without_formula_results_only_the_inputs_are_filled(
    played: list[PlayedGame], tmp_path: Path, *, inputs_only: bool
) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(played[1], "W1", path, home_right_first=True, inputs_only=inputs_only)
    first = rows(path, "events")[1]
    assert (first["event_type_"], first["team_"]) == ("Faceoff", "ha"[played[1].events[1].side])
    assert any(v is not None for c, v in first.items() if not c.endswith("_")) is not inputs_only

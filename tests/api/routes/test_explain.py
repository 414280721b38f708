from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from snapshot.layout import DataDir
from snapshot.reader import Snapshot, published
from tests.api.serving import Client, service
from tests.demo_league import flawed_league  # noqa: F401 - a fixture

BOX = "fact_player_game_stats"


@pytest.fixture(scope="module")
def snapshot(flawed_league: DataDir) -> Snapshot:  # noqa: F811
    found = published(flawed_league)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def league(flawed_league: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:  # noqa: F811
    data_dir = tmp_path_factory.mktemp("served")
    copytree(flawed_league.root, data_dir, symlinks=True, dirs_exist_ok=True)
    with service(data_dir) as client:
        yield client


@pytest.fixture(scope="module")
def best(snapshot: Snapshot) -> dict[str, object]:
    """The box score line with most points."""
    return snapshot.read(BOX).sort("points", "corsi_for", descending=True).row(0, named=True)


def test_points_are_goals_and_assists_with_clock_and_video(
    league: Client, snapshot: Snapshot, best: dict[str, object]
) -> None:
    answer = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/points").json()
    assert (answer["value"], answer["amount"], answer["total"]) == (best["points"], best["points"], best["points"])
    assert answer["meaning"] == "Goals plus assists."
    events = snapshot.read("fact_events").rows_by_key("event_id", named=True, unique=True)
    for row in answer["rows"]:
        event = events[row["event_id"]]
        assert (row["game_id"], row["period"]) == (best["game_id"], event["period"])
        minutes, seconds = row["clock"].split(":")
        assert int(minutes) * 60 + int(seconds) == event["time_start_total_seconds"]
        assert row["video_second"] == event["running_video_time"]
        who = row["row"]["scorer_player_id"] if row["table"] == "fact_goals" else row["row"]["player_id"]
        assert who == best["player_id"]
    assert {row["contributes"] for row in answer["rows"]} == {1.0}


def test_ice_time_is_the_stints(league: Client, best: dict[str, object]) -> None:
    answer = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/toi_seconds?limit=1000").json()
    assert (answer["unit"], answer["value"]) == ("s", best["toi_seconds"])
    assert sum(row["contributes"] for row in answer["rows"]) == pytest.approx(answer["amount"])
    assert answer["amount"] == pytest.approx(answer["value"], abs=0.5)
    assert all(row["table"] == "fact_shift_players" and row["clock"] for row in answer["rows"])


def test_a_season_is_the_game_sheets_that_add_to_it(league: Client, snapshot: Snapshot) -> None:
    season = snapshot.read("fact_player_season_stats_basic").sort("points", descending=True).row(0, named=True)
    path = f"/api/explain/fact_player_season_stats_basic/{season['player_season_basic_key']}/points"
    answer = league.get(f"{path}?limit=1000").json()
    assert sum(row["contributes"] for row in answer["rows"]) == answer["amount"] == season["points"]
    assert {row["table"] for row in answer["rows"]} == {"fact_gameroster"}
    assert all(row["contributes"] and row["row"]["player_id"] == season["player_id"] for row in answer["rows"])


def test_pages_neither_repeat_nor_miss_a_row(league: Client, best: dict[str, object]) -> None:
    path = f"/api/explain/{BOX}/{best['player_game_key']}/plus_minus_total"
    whole = league.get(f"{path}?limit=1000").json()
    assert len(whole["rows"]) == whole["total"] > 1
    paged = [league.get(f"{path}?limit=1&offset={n}").json() for n in range(whole["total"])]
    assert [row for page in paged for row in page["rows"]] == whole["rows"]
    assert {page["amount"] for page in paged} == {best["plus_minus_total"]}
    assert league.get(f"{path}?offset={whole['total']}").json()["rows"] == []


def test_a_rate_names_what_it_is_made_of(league: Client, best: dict[str, object]) -> None:
    answer = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/cf_pct").json()
    assert {o["column"]: o["value"] for o in answer["operands"]} == {
        "corsi_for": best["corsi_for"],
        "corsi_against": best["corsi_against"],
    }
    assert answer["source"]
    for operand in answer["operands"]:
        deeper = league.get(operand["explain"]).json()
        assert deeper["amount"] == operand["value"] == deeper["total"]


def test_a_value_leads_to_its_components_their_constants_and_the_shots(league: Client, best: dict[str, object]) -> None:
    war = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/war").json()
    (total,) = war["operands"]
    components = league.get(total["explain"]).json()["operands"]
    assert sum(part["value"] for part in components) == pytest.approx(total["value"])
    even = league.get(next(part["explain"] for part in components if part["column"] == "gar_even_strength")).json()
    assert even["formula"] == "0.2 * on_ice_xg_even_for - 0.2 * on_ice_xg_even_against"
    assert even["amount"] == pytest.approx(even["value"]) == sum(row["contributes"] for row in even["rows"])
    shot = next(row for row in even["rows"] if row["table"] == "fact_shots")
    assert abs(shot["contributes"]) == pytest.approx(0.2 * shot["row"]["xg"])
    chance = league.get(shot["explain"]).json()
    named = {operand["column"]: operand["value"] for operand in chance["operands"]}
    assert {name: shot["row"][name] for name in named} == named
    assert {"xg_shot_type", "xg_situation", "off_rebound", "off_rush", "after_turnover"} <= set(named)


def test_a_goalie_s_season_is_its_sheets_and_results(league: Client, snapshot: Snapshot) -> None:
    season = snapshot.read("fact_goalie_season_stats_basic").sort("wins", "games_played", descending=True)
    best = season.row(0, named=True)
    path = f"/api/explain/fact_goalie_season_stats_basic/{best['goalie_season_basic_key']}"
    wins = league.get(f"{path}/wins").json()
    assert wins["value"] == wins["total"] == best["wins"] > 0
    assert {row["row"]["result"] for row in wins["rows"]} == {"win"}
    allowed = league.get(f"{path}/goals_against?limit=1000").json()
    assert sum(row["contributes"] for row in allowed["rows"]) == allowed["value"]
    assert {o["column"] for o in league.get(f"{path}/gaa").json()["operands"]} == {"goals_against", "games_played"}


def test_a_quotient_says_which_rows_divide(league: Client, snapshot: Snapshot) -> None:
    season = snapshot.read("fact_player_season_stats_basic").drop_nulls("cf_pct").row(0, named=True)
    path = f"/api/explain/fact_player_season_stats_basic/{season['player_season_basic_key']}/cf_pct?limit=1000"
    answer = league.get(path).json()
    above, below = (
        sum(row["contributes"] for row in answer["rows"] if row["divides"] is divides) for divides in (False, True)
    )
    assert answer["amount"] == pytest.approx(season["cf_pct"]) == above / below


def test_a_word_of_a_sentence_is_no_operand(league: Client, best: dict[str, object]) -> None:
    answer = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/shots").json()
    assert " a skater" in answer["formula"]
    assert answer["operands"] == []


def test_a_view_leads_to_the_tables_that_it_reads(league: Client, snapshot: Snapshot) -> None:
    seasons = snapshot.read("fact_player_season_stats_basic").filter(pl.col("game_type") == "All")
    best = seasons.sort("points", "player_id", descending=True).row(0, named=True)
    view = f"/api/explain/v_leaderboard_points/{best['player_id']},{best['season_id']}"
    answer = league.get(f"{view}/points").json()
    assert (answer["table"], answer["value"], answer["amount"]) == ("v_leaderboard_points", *[best["points"]] * 2)
    (row,) = answer["rows"]
    assert row["key"] == best["player_season_basic_key"]
    deeper = league.get(row["explain"]).json()
    assert (deeper["value"], deeper["amount"]) == (best["points"], best["points"])
    assert {row["table"] for row in deeper["rows"]} == {"fact_gameroster"}
    rank = league.get(f"{view}/overall_rank").json()
    assert rank["value"] == rank["total"] == 1


def test_every_cell_of_a_table_has_an_answer(league: Client, snapshot: Snapshot, best: dict[str, object]) -> None:
    for column in snapshot.manifest.table(BOX).columns:
        answer = league.get(f"/api/explain/{BOX}/{best['player_game_key']}/{column.name}")
        assert answer.status_code == 200, column.name
        assert answer.json()["meaning"] == column.description


def test_a_composite_key_is_separated_by_commas(league: Client, snapshot: Snapshot) -> None:
    row = snapshot.read("fact_gameroster").filter(pl.col("goals") > 0).row(0, named=True)
    answer = league.get(f"/api/explain/fact_gameroster/{row['game_id']},{row['player_id']}/goals")
    assert (answer.status_code, answer.json()["value"]) == (200, row["goals"])


@pytest.mark.parametrize(
    ("path", "code", "detail"),
    [
        ("fact_player_game_stat/x/goals", "table_not_found", "did you mean fact_player_game_stats"),
        (f"{BOX}/KEY/goal", "column_not_found", "did you mean goals"),
        (f"{BOX}/KEYx/goals", "row_not_found", "did you mean KEY"),
        (f"{BOX}/a,b/goals", "row_not_found", "The key of fact_player_game_stats is player_game_key"),
        ("fact_gameroster/18969/goals", "row_not_found", "The key of fact_gameroster is game_id,player_id"),
        ("fact_gameroster/'%20or%201=1,%00/goals", "row_not_found", ""),
        (f'{BOX}/"/goals', "row_not_found", ""),
        ("v_leaderboard_point/x/points", "table_not_found", "did you mean v_leaderboard_points"),
        ("v_leaderboard_points/x,y/winner", "column_not_found", "its numbers are games_played"),
        ("v_leaderboard_points/x/points", "row_not_found", "The key of v_leaderboard_points is player_id,season_id"),
        ("v_standings_current/x/points", "row_not_found", "GET /api/tables/fact_team_season_stats_basic lists"),
    ],
)
def test_what_is_not_there(league: Client, best: dict[str, object], path: str, code: str, detail: str) -> None:
    key = str(best["player_game_key"])
    answer = league.get(f"/api/explain/{path.replace('KEY', key)}")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert detail.replace("KEY", key) in answer.json()["detail"]


def test_before_the_first_run(data_dir: Path, client: Client) -> None:
    assert league_code(client, "/api/explain/dim_team/x/team_name") == (409, "nothing_published")


def league_code(client: Client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.json()["code"]

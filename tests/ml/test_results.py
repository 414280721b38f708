"""A results file is read or refused with one clear line, whatever is in it."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.results import COLUMNS, InvalidResults, Result, games_of, read_results

HEADER = ",".join(COLUMNS)


def write(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "games.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_games_come_in_date_order_with_indexed_teams(tmp_path: Path) -> None:
    games = read_results(write(tmp_path, "2026-01-03,A,B,2,1", "2026-01-01,B,C,0,4", "2026-01-02 19:30:00,C,A,3.0,3"))
    assert games.teams == ("A", "B", "C")
    assert games.home.tolist() == [1, 2, 0]
    assert games.outcome.tolist() == [2, 1, 0]
    assert [date.fromordinal(d).isoformat() for d in games.day.tolist()] == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_columns_may_come_in_any_order_with_others_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "games.csv"
    path.write_text(
        "\ufeffhome_total_goals,note,away_total_goals,date,away_team_id,home_team_id\r\n1,x,2,2026-01-01,B,A\r\n",
        "utf-8",
    )
    assert read_results(path).outcome.tolist() == [2]


def test_the_case_of_column_names_does_not_matter(tmp_path: Path) -> None:
    header = "Date, Home_Team_ID ,AWAY_TEAM_ID,Home_Total_Goals,away_total_goals,Season_ID"
    games = read_results(write(tmp_path, "2026-01-01,7,8,1,2,x", "2026-01-02,8,7,1,2,y", header=header))
    assert (games.teams, games.season.tolist()) == (("7", "8"), [0, 1])


def test_games_without_goals_are_not_played_yet(tmp_path: Path) -> None:
    assert len(read_results(write(tmp_path, "2026-01-01,A,B,1,0", "2026-02-01,A,B,,", ",,,,"))) == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("01/02/2026,A,B,1,0", "line 2: '01/02/2026' is not a date"),
        ("2026-02-30,A,B,1,0", "not a date"),
        ("2026-01-01,A,A,1,0", "two different teams"),
        ("2026-01-01,,B,1,0", "two different teams"),
        ("2026-01-01,A,B,-1,0", "'-1' is not a number of goals"),
        ("2026-01-01,A,B,1.5,0", "not a number of goals"),
        ("2026-01-01,A,B,100,0", "not a number of goals"),
        ("2026-01-01,A,B,\u0661,0", "not a number of goals"),
        ("2026-01-01,A,B,1,", "one side has no goals"),
        ("2026-01-01,A,B,,", "no played game"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(InvalidResults, match=complaint):
        read_results(write(tmp_path, line))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidResults, match="'away_total_goals' is missing"):
        read_results(write(tmp_path, header="date,home_team_id,away_team_id,home_total_goals"))


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "games.csv").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "games.csv", tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InvalidResults):
            read_results(path)


def test_more_teams_than_a_league_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidResults, match="302 teams"):
        read_results(write(tmp_path, *(f"2026-01-01,A{i},B{i},1,0" for i in range(151))))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "games.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)
    try:
        games = read_results(path)
    except InvalidResults:
        return
    assert len(games) > 0
    assert (games.home != games.away).all()


def result(day: int, month: int, season: str | None) -> Result:
    return Result(date(2026, month, day), season, "A", "B", 1, 0)


def test_seasons_come_from_their_ids_or_from_a_long_pause() -> None:
    ids = [result(1, 1, "S1"), result(2, 1, "S2"), result(3, 1, "S1")]
    assert games_of(ids).season.tolist() == [0, 1, 0]
    pauses = [result(1, 1, None), result(1, 3, None), result(1, 7, None)]
    assert games_of(pauses).season.tolist() == [0, 0, 1]

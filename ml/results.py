"""Game results as arrays in the order of their dates: what every team model learns from."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from ml.arrays import AWAY, HOME, TIE, Ints

COLUMNS: Final = ("date", "home_team_id", "away_team_id", "home_total_goals", "away_total_goals")
SEASON_GAP_DAYS: Final = 60
"""Without season ids, a pause of more days than this starts a new season: longer than any mid-season break."""
MOST_TEAMS: Final = 300
"""The models keep the covariance of every pair of teams; beyond this it is not one league."""
_MOST_GOALS: Final = 99


class InvalidResults(ValueError):
    """A results file cannot be used; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Games:
    """Games in date order, one entry per game in each array.

    `day` is the proleptic ordinal of the date, `season` an index in order of first appearance, `home` and `away`
    index `teams`. Goals are totals, overtime and shootout goal included where the league plays them; -1 where the
    game has not been played.
    """

    teams: tuple[str, ...]
    day: Ints
    season: Ints
    home: Ints
    away: Ints
    home_goals: Ints
    away_goals: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: Ints | slice) -> "Games":
        """The games at these positions, over the same teams."""
        return Games(
            self.teams,
            self.day[rows],
            self.season[rows],
            self.home[rows],
            self.away[rows],
            self.home_goals[rows],
            self.away_goals[rows],
        )

    def played(self) -> "Games":
        """The games that have a result."""
        return self.take(np.flatnonzero(self.home_goals >= 0))

    def days(self) -> Iterator[slice]:
        """The positions of each day's games, day by day."""
        edges = np.flatnonzero(np.diff(self.day, prepend=-1, append=-1))
        for first, last in pairwise(edges):
            yield slice(int(first), int(last))

    @property
    def outcome(self) -> Ints:
        """HOME, TIE or AWAY per game."""
        margin = self.home_goals - self.away_goals
        return np.where(margin > 0, HOME, np.where(margin < 0, AWAY, TIE)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a results file. Goals are both None for a game that has not been played."""

    played_on: date
    season_id: str | None
    home_team_id: str
    away_team_id: str
    home_goals: int | None
    away_goals: int | None


def read_results(path: Path) -> Games:
    """The played games of a CSV file with the columns of `COLUMNS` and, optionally, `season_id`.

    Lines without goals are games not played yet and are left out. Other columns are ignored, as is the case of names.

    Raises:
        InvalidResults: a column is missing, a value cannot be, or no game was played.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            games = games_of(list(_results(csv.DictReader(file)))).played()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidResults(f"{path}: cannot be read as a CSV file ({error})") from error
    if not len(games):
        raise InvalidResults(f"{path}: no played game")
    if len(games.teams) > MOST_TEAMS:
        raise InvalidResults(f"{path}: {len(games.teams)} teams; at most {MOST_TEAMS} can be rated together")
    return games


def games_of(results: Sequence[Result], teams: Iterable[str] = ()) -> Games:
    """Results as arrays, in date order (file order within a day). `teams` may name teams without a game.

    Without season ids, a pause of more than `SEASON_GAP_DAYS` starts a season.
    """
    ordered = sorted(results, key=lambda r: r.played_on)
    names = sorted({r.home_team_id for r in ordered} | {r.away_team_id for r in ordered} | set(teams))
    index = {name: i for i, name in enumerate(names)}
    return Games(
        tuple(names),
        _ints(r.played_on.toordinal() for r in ordered),
        _seasons(ordered),
        _ints(index[r.home_team_id] for r in ordered),
        _ints(index[r.away_team_id] for r in ordered),
        _ints(-1 if r.home_goals is None else r.home_goals for r in ordered),
        _ints(-1 if r.away_goals is None else r.away_goals for r in ordered),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _seasons(ordered: Sequence[Result]) -> Ints:
    if all(r.season_id for r in ordered):
        known: dict[str, int] = {}
        return _ints(known.setdefault(str(r.season_id), len(known)) for r in ordered)
    days = _ints(r.played_on.toordinal() for r in ordered)
    return np.cumsum(np.diff(days, prepend=days[:1]) > SEASON_GAP_DAYS).astype(np.int64)


def _results(reader: "csv.DictReader[str]") -> Iterator[Result]:
    reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or []]
    missing = [c for c in COLUMNS if c not in reader.fieldnames]
    if missing:
        raise InvalidResults(f"column {missing[0]!r} is missing; needed: {', '.join(COLUMNS)}")
    for row in reader:
        if any((value or "").strip() for value in row.values() if not isinstance(value, list)):
            yield _result(row, reader.line_num)


def _result(row: Mapping[str, str | None], line: int) -> Result:
    text = {key: (row.get(key) or "").strip() for key in (*COLUMNS, "season_id")}
    home, away = text["home_team_id"], text["away_team_id"]
    if not home or not away or home == away:
        raise InvalidResults(f"line {line}: a game needs two different teams, not {home!r} and {away!r}")
    goals = (_goals(text["home_total_goals"], line), _goals(text["away_total_goals"], line))
    if (goals[0] is None) != (goals[1] is None):
        raise InvalidResults(f"line {line}: one side has no goals written")
    return Result(_date(text["date"], line), text["season_id"] or None, home, away, *goals)


def _date(text: str, line: int) -> date:
    # a time of day after the date is allowed, as data bases write it
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([T ].*)?", text, re.ASCII)
    try:
        return date.fromisoformat(match[1] if match else text)
    except ValueError as error:
        raise InvalidResults(f"line {line}: {text!r} is not a date like 2026-11-23") from error


def _goals(text: str, line: int) -> int | None:
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,4})(\.0*)?", text, re.ASCII)
    if match is None or int(match[1]) > _MOST_GOALS:
        raise InvalidResults(f"line {line}: {text!r} is not a number of goals")
    return int(match[1])

"""The league's game sheets as arrays: every skater's official goals and assists, game by game."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import polars as pl

from ml.arrays import Floats, Ints
from ml.forecasting import hidden
from ml.goals_model import GoalsModel
from ml.league import League
from ml.player_rates import Appearances
from ml.results import Games

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sheets:
    """Skaters' appearances, and what their indices mean. `teams` runs along the rows.

    `groups` are (position, skill rating); `position_of` gives each group's position; `league_goals` is the mean of one
    side's goals in a game.
    """

    seen: Appearances
    players: tuple[str, ...]
    groups: tuple[tuple[str, float | None], ...]
    position_of: Ints
    teams: tuple[str, ...]
    league_goals: float


def read_sheets(league: League) -> Sheets:
    """The sheets of all played games, in date order."""
    rows, games = _rows(league), league.games.played()
    pairs = list(zip(rows["position"].to_list(), rows["skill"].to_list(), strict=True))
    groups = sorted(set(pairs), key=lambda g: (g[0], -1.0 if g[1] is None else g[1]))
    positions = sorted({g[0] for g in groups})
    position_of = np.array([positions.index(g[0]) for g in groups], dtype=np.int64)
    group = _indices(pairs, groups)
    players = sorted(set(rows["player_id"].to_list()))
    place = rows["place"].to_numpy().astype(np.int64)
    counts = rows.select(pl.col("goals").fill_null(0), pl.col("assist").fill_null(0)).to_numpy().astype(np.float64)
    mean = _league_goals(games)
    seen = Appearances(
        games.day[place],
        _indices(rows["player_id"].to_list(), players),
        position_of[group],
        group,
        _team_goals(games, place, rows["team_id"].to_list()) / mean,
        np.column_stack([counts, counts.sum(axis=1)]),
    )
    return Sheets(seen, tuple(players), tuple(groups), position_of, tuple(rows["team_id"].to_list()), mean)


def _indices(values: list[_T], names: list[_T]) -> Ints:
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[value] for value in values], dtype=np.int64)


def _team_goals(games: Games, place: Ints, teams: list[str]) -> Floats:
    """What the walk-forward forecast gave each row's team in its game; a team not in the game counts as the visitor."""
    expected = _expected(games)[place]
    home = np.array([games.teams[i] == team for i, team in zip(games.home[place], teams, strict=True)], dtype=bool)
    return np.where(home, expected[:, 0], expected[:, 1])


def _rows(league: League) -> pl.DataFrame:
    """Skaters' game sheets with the position of their game in the league's results, in date order."""
    played = np.flatnonzero(league.games.home_goals >= 0)
    order = pl.DataFrame(
        {"game_id": [league.game_ids[i] for i in played], "place": np.arange(len(played))},
        schema={"game_id": pl.Int64, "place": pl.Int64},
    )
    players = league.frames["dim_player"].unique("player_id", keep="first", maintain_order=True)
    position = pl.coalesce("player_position", "player_primary_position").fill_null("Unknown")
    return (
        league.frames["fact_gameroster"]
        .drop_nulls(["game_id", "player_id"])
        .join(order, on="game_id")
        .join(
            players.select("player_id", "player_primary_position", "current_skill_rating"), on="player_id", how="left"
        )
        .filter(~position.str.to_lowercase().str.starts_with("g"))
        .with_columns(position=position, skill=pl.coalesce("skill_rating", "current_skill_rating").round())
        .sort("place", "player_id")
    )


def _expected(games: Games) -> Floats:
    """Both sides' expected goals of every played game, walking forward."""
    model, expected = GoalsModel(len(games.teams)), np.empty((len(games), 2))
    for day in games.days() if len(games) else ():
        today = games.take(day)
        expected[day] = model.expected_goals(hidden(today))
        model.learn(today)
    return expected


def _league_goals(games: Games) -> float:
    # twenty sides' games at three goals each in advance
    return float((games.home_goals.sum() + games.away_goals.sum() + 60.0) / (2 * len(games) + 20.0))

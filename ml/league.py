"""A published league as the models read it: games as arrays, the tables that they need as frames."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from hockey.league import LeagueRules
from ml.arrays import Floats
from ml.results import Games, Result, games_of
from snapshot.reader import Snapshot

COLUMNS: Final[dict[str, dict[str, type[pl.DataType]]]] = {
    "dim_schedule": {
        "game_id": pl.Int64,
        "season_id": pl.String,
        "date": pl.Date,
        "game_type": pl.String,
        "include": pl.Boolean,
        "home_team_id": pl.String,
        "away_team_id": pl.String,
        "home_total_goals": pl.Int32,
        "away_total_goals": pl.Int32,
        **{f"{side}_team_period{p}_goals": pl.Int32 for side in ("home", "away") for p in (1, 2, 3)},
    },
    "dim_team": {"team_id": pl.String, "team_name": pl.String},
    "dim_player": {
        "player_id": pl.String,
        "player_full_name": pl.String,
        "player_primary_position": pl.String,
        "current_skill_rating": pl.Float64,
    },
    "fact_gameroster": {
        "game_id": pl.Int64,
        "player_id": pl.String,
        "team_id": pl.String,
        "player_position": pl.String,
        "goals": pl.Int32,
        "assist": pl.Int32,
        "goals_against": pl.Int32,
        "skill_rating": pl.Float64,
    },
    "fact_goalie_game_stats": {
        "game_id": pl.Int64,
        "player_id": pl.String,
        "team_id": pl.String,
        "saves": pl.Int32,
        "shots_against": pl.Int32,
    },
    "fact_player_game_stats": {
        "game_id": pl.Int64,
        "player_id": pl.String,
        "toi_seconds": pl.Float64,
        "goals": pl.Int32,
        "primary_assists": pl.Int32,
        "shots": pl.Int32,
        "pass_completed": pl.Int32,
        "fo_wins": pl.Int32,
        "fo_losses": pl.Int32,
        "giveaways": pl.Int32,
        "takeaways": pl.Int32,
        "blocks": pl.Int32,
        "zone_entries": pl.Int32,
        "zone_exits": pl.Int32,
        "corsi_for": pl.Int32,
        "corsi_against": pl.Int32,
    },
    "fact_shifts": {
        "shift_id": pl.String,
        "game_id": pl.Int64,
        "strength": pl.String,
        "shift_duration": pl.Float64,
        "cf": pl.Int32,
        "ca": pl.Int32,
    },
    "fact_shift_players": {
        "shift_id": pl.String,
        "player_id": pl.String,
        "team_venue": pl.String,
        "is_goalie": pl.Boolean,
    },
    "fact_shots": {
        "event_id": pl.String,
        "game_id": pl.Int64,
        "xg_shot_type": pl.String,
        "xg_situation": pl.String,
        "off_rebound": pl.Boolean,
        "off_rush": pl.Boolean,
        "after_turnover": pl.Boolean,
        "is_blocked": pl.Boolean,
        "is_goal": pl.Boolean,
        "puck_x_start": pl.Float64,
        "puck_y_start": pl.Float64,
    },
    "fact_goals": {"game_id": pl.Int64, "team_venue": pl.String, "strength": pl.String},
}
"""The columns that the models read, table by table. A table or column that the snapshot lacks is read as nulls."""


@dataclass(frozen=True, slots=True)
class League:
    """One published league. `games` holds the schedule, unplayed games included, in date order.

    `game_ids`, `is_regular` and the rows of `period_goals` (home 1-3, away 1-3; NaN where unknown) run along `games`;
    `season_ids` name the indices of `games.season`; `frames` has a frame for each table of `COLUMNS`.
    """

    snapshot_id: str
    rules: LeagueRules
    games: Games
    game_ids: tuple[int, ...]
    is_regular: tuple[bool, ...]
    period_goals: Floats
    season_ids: tuple[str, ...]
    team_names: dict[str, str]
    frames: dict[str, pl.DataFrame]


def read_league(snapshot: Snapshot) -> League:
    """The league of a published snapshot."""
    frames = {name: _read(snapshot, name) for name in COLUMNS}
    rules = LeagueRules.from_mapping({k: v for k, v in snapshot.manifest.rules.items() if k in _RULES})
    return league_of(snapshot.id, rules, frames)


_RULES: Final = ("name", "time_zone", "playoff_places", "periods", "penalties", "points")


def league_of(snapshot_id: str, rules: LeagueRules, frames: dict[str, pl.DataFrame]) -> League:
    """A league from its frames, each with the columns of `COLUMNS`."""
    schedule = (
        frames["dim_schedule"]
        .filter(pl.col("include").fill_null(value=True))
        .drop_nulls(["date", "home_team_id", "away_team_id"])
        .filter(pl.col("home_team_id") != pl.col("away_team_id"))
        .sort("date", "game_id")
    )
    rows = schedule.select(
        "date", "season_id", "home_team_id", "away_team_id", "home_total_goals", "away_total_goals"
    ).rows()
    games = games_of([_result(row) for row in rows], frames["dim_team"]["team_id"].drop_nulls().to_list())
    names = dict(frames["dim_team"].drop_nulls("team_id").select("team_id", "team_name").rows())
    periods = [c for c in COLUMNS["dim_schedule"] if "_period" in c]
    return League(
        snapshot_id,
        rules,
        games,
        tuple(schedule["game_id"].to_list()),
        tuple((kind or "Regular") == "Regular" for kind in schedule["game_type"].to_list()),
        schedule.select(pl.col(periods).cast(pl.Float64)).to_numpy().astype("float64"),
        _season_names(games, schedule["season_id"].to_list()),
        {team: names.get(team) or team for team in games.teams},
        frames,
    )


def _result(row: tuple[Any, ...]) -> Result:
    """A game with both scores or with none: half a score is no result."""
    day, season, home, away, home_goals, away_goals = row
    known = home_goals is not None and away_goals is not None
    return Result(day, season, home, away, home_goals if known else None, away_goals if known else None)


def _season_names(games: Games, ids: list[str | None]) -> tuple[str, ...]:
    names: dict[int, str] = {}
    for index, name in zip(games.season.tolist(), ids, strict=True):
        names.setdefault(index, name or f"season {index + 1}")
    return tuple(names[i] for i in sorted(names))


def _read(snapshot: Snapshot, name: str) -> pl.DataFrame:
    wanted = COLUMNS[name]
    try:
        frame = snapshot.read(name)
    except KeyError:
        return pl.DataFrame(schema=wanted)
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None).alias(column)).cast(kind)
        for column, kind in wanted.items()
    )

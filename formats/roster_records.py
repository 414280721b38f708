"""The league's game sheets from the rows of fact_gameroster: text cells in, the canonical frame and its flags out."""

from collections.abc import Callable
from typing import Final

import polars as pl

from formats import sheet_values
from formats.canonical import OFFICIAL_ROSTER, SIDES, conform
from formats.flags import flags_of, quoted
from formats.lookup import looked_up
from formats.record_keys import one_per_key
from formats.team_names import name_key, with_teams
from hockey import aliases

_SHEET: Final = "fact_gameroster"
_TYPED: Final[dict[str, tuple[str, Callable[[str | None], object]]]] = {
    "game_id": ("game_id", lambda text: sheet_values.count(text) or None),
    "venue": ("team_venue", aliases.side),
    "jersey": ("jersey", lambda text: None if text is None else text.removesuffix(".0")),
    "jersey_num": ("jersey", aliases.whole_number),
    "goals": ("goals", sheet_values.count),
    "assists": ("assists", sheet_values.count),
    "pim": ("pim", sheet_values.count),
    "goals_against": ("goals_against", sheet_values.count),
    "is_sub": ("sub", lambda text: aliases.truth(text) is True),
    "skill": ("skill", sheet_values.rating),
}
_DTYPES: Final = {**OFFICIAL_ROSTER, "venue": pl.String}


def read_official_roster(
    rows: pl.DataFrame, players: pl.DataFrame, teams: pl.DataFrame, schedule: pl.DataFrame, origin: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical official roster, in the order of the sheet, and its flags.

    The side is that of the row's team in the schedule, by id, then by name; the sheet's own `team_venue`, which is
    wrong in old seasons, decides only where the schedule is silent.
    """
    typed = rows.with_columns(looked_up(rows, cell, rule, _DTYPES[c]).alias(c) for c, (cell, rule) in _TYPED.items())
    known, name_flags = _with_player_ids(typed, players)
    kept, key_flags = one_per_key(known, ["game_id", "player_id"], _SHEET)
    kept = kept.rename({"team_name": "own_team", "team_id": "own_team_id", "opp_team_name": "opp_team"})
    named, team_flags = with_teams(kept, teams, _SHEET, ("own", "opp"))
    sided, side_flags = _with_sides(named, schedule)
    placed = _with_position(sided, players)
    done = placed.rename({"own_team": "team_name", "own_team_id": "team_id", "opp_team": "opp_team_name"})
    frame = conform("official_roster", done.with_columns(origin=pl.lit(origin)).select(list(OFFICIAL_ROSTER)))
    return frame, pl.concat([name_flags, key_flags, team_flags, side_flags, _shared_numbers(frame)])


def _with_player_ids(rows: pl.DataFrame, players: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Missing player ids found by the full name where only one player has it, else made from the name."""
    names = players.select(key=name_key("full_name"), named_id="player_id").drop_nulls()
    single = names.filter(pl.col("key").is_unique())
    found = rows.with_columns(key=name_key("full_name")).join(single, on="key", how="left", maintain_order="left")
    slug = pl.col("key").str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", "_").str.strip_chars("_")
    made = pl.when(slug != "").then(pl.concat_str(pl.lit("X-"), slug))
    nameless = found.filter(pl.col("player_id").is_null()).with_columns(player_id=pl.coalesce("named_id", made))
    message = pl.format(f"{_SHEET}: no player_id; by the name it is player {{}}", quoted("player_id"))
    flags = flags_of(nameless.filter(pl.col("player_id").is_not_null()), "player_id_missing", message)
    return found.with_columns(player_id=pl.coalesce("player_id", "named_id", made)).drop("key", "named_id"), flags


def _with_sides(rows: pl.DataFrame, schedule: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    sides = schedule.select(
        "game_id",
        **{f"{side}_id": pl.col(f"{side}_team_id") for side in SIDES},
        **{f"{side}_name": name_key(f"{side}_team") for side in SIDES},
        scheduled=pl.lit(value=True),
    )
    own_name = name_key("own_team")
    by_id = _side_where(pl.col("own_team_id") == pl.col("home_id"), pl.col("own_team_id") == pl.col("away_id"))
    by_name = _side_where(own_name == pl.col("home_name"), own_name == pl.col("away_name"))
    placed = rows.join(sides, on="game_id", how="left", maintain_order="left").with_columns(
        by_schedule=pl.coalesce(by_id, by_name)
    )
    placed = placed.with_columns(side=pl.coalesce("by_schedule", "venue"))
    is_home, is_away = pl.col("side") == "home", pl.col("side") == "away"
    completed = placed.with_columns(
        own_team_id=pl.coalesce("own_team_id", pl.when(is_home).then("home_id").when(is_away).then("away_id")),
        opp_team_id=pl.coalesce("opp_team_id", pl.when(is_home).then("away_id").when(is_away).then("home_id")),
    )
    return completed, _side_flags(placed)


def _side_where(is_home: pl.Expr, is_away: pl.Expr) -> pl.Expr:
    """The one side that fits; null when both or none do."""
    home, away = is_home.fill_null(value=False), is_away.fill_null(value=False)
    return pl.when(home & ~away).then(pl.lit("home")).when(away & ~home).then(pl.lit("away"))


def _side_flags(placed: pl.DataFrame) -> pl.DataFrame:
    """Per game: venues against the schedule, players of neither team, games that the schedule does not have."""
    conflicts = _counted(placed.filter(pl.col("by_schedule") != pl.col("venue")))
    strangers = _counted(placed.filter(pl.col("scheduled") & pl.col("by_schedule").is_null()))
    unscheduled = _counted(placed.filter(pl.col("scheduled").is_null()))
    return pl.concat(
        [
            flags_of(
                conflicts,
                "venue_conflict",
                pl.format(f"{_SHEET}: team_venue of {{}} players is not their team's side in the schedule", "count"),
            ),
            flags_of(
                strangers,
                "roster_team_not_playing",
                pl.format(f"{_SHEET}: {{}} players of a team that the schedule does not have in this game", "count"),
            ),
            flags_of(
                unscheduled,
                "roster_game_unknown",
                pl.format(f"{_SHEET}: {{}} players of a game that is not in dim_schedule", "count"),
            ),
        ]
    )


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("game_id", maintain_order=True).agg(count=pl.len())


def _with_position(rows: pl.DataFrame, players: pl.DataFrame) -> pl.DataFrame:
    """F, D or G: as the sheet says; where it is silent a goalie by goals against, else the player's usual position."""
    usual = players.select("player_id", usual="primary_position")
    told = pl.coalesce(
        looked_up(rows, "position", sheet_values.position_name, pl.String),
        pl.when(pl.col("goals_against") > 0).then(pl.lit("Goalie")),
        pl.col("usual"),
        pl.lit("Forward"),
    )
    return rows.join(usual, on="player_id", how="left", maintain_order="left").with_columns(
        position=told.str.slice(0, 1)
    )


def _shared_numbers(roster: pl.DataFrame) -> pl.DataFrame:
    shared = (
        roster.filter(pl.col("jersey_num").is_not_null() & pl.col("side").is_not_null())
        .group_by("game_id", "side", "jersey_num", maintain_order=True)
        .agg(count=pl.len())
        .filter(pl.col("count") > 1)
    )
    message = pl.format(
        f"{_SHEET}: number {{}} is worn by {{}} players of the {{}} side", "jersey_num", "count", "side"
    )
    return flags_of(shared, "jersey_shared", message)

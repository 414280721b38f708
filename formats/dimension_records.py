"""Players, teams and seasons from the rows of their sheets: text cells in, canonical frames out."""

import polars as pl

from formats import sheet_values
from formats.canonical import SCHEMAS, conform
from formats.lookup import Dtype, looked_up
from formats.record_keys import one_per_key

_RULES = {
    "primary_position": sheet_values.position_name,
    "current_skill_rating": sheet_values.rating,
    "rating_last_year": sheet_values.rating,
    "birth_year": sheet_values.count,
    "jersey_num": sheet_values.count,
    "season": sheet_values.season_label,
    "start_date": sheet_values.day,
    **dict.fromkeys(
        ("player_url", "other_url", "image_url", "logo_url", "team_url"),
        sheet_values.link,
    ),
}


def read_players(rows: pl.DataFrame, origin: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical players and the flags. A name missing as a whole is put together from its parts."""
    rows, flags = one_per_key(rows, ["player_id"], "dim_player")
    parts = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    named = rows.with_columns(full_name=pl.coalesce("full_name", pl.when(parts != "").then(parts)))
    return _dimension("players", named, origin), flags


def read_teams(rows: pl.DataFrame, origin: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical teams and the flags. A team without a name is called by its long name, else by its id."""
    rows, flags = one_per_key(rows, ["team_id"], "dim_team")
    named = rows.with_columns(team_name=pl.coalesce("team_name", "long_name", "team_id"))
    return _dimension("teams", named, origin), flags


def read_seasons(rows: pl.DataFrame, origin: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical seasons and the flags. Where years and session are empty the id (N20252026F) has them."""
    rows, flags = one_per_key(rows, ["season_id"], "dim_season")
    session = pl.coalesce(pl.col("session"), pl.col("season_id").str.extract(r"\d([A-Za-z])$")).str.slice(0, 1)
    told = rows.with_columns(
        season=pl.coalesce("season", pl.col("season_id").str.extract(r"(\d{8})")), session=session.str.to_uppercase()
    )
    return _dimension("seasons", told, origin), flags


def _dimension(name: str, rows: pl.DataFrame, origin: str) -> pl.DataFrame:
    schema = SCHEMAS[name]
    typed = rows.with_columns(is_inferred=pl.lit(value=False), origin=pl.lit(origin))
    return conform(name, typed.select(_typed(typed, column, dtype) for column, dtype in schema.items()))


def _typed(rows: pl.DataFrame, column: str, dtype: Dtype) -> pl.Expr:
    rule = _RULES.get(column)
    return pl.col(column) if rule is None else looked_up(rows, column, rule, dtype).alias(column)

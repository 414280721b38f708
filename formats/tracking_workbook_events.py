"""Events and their players from the rows of a tracking workbook's `events` sheet, whichever program wrote it."""

from typing import Final

import polars as pl

from formats import cells
from formats.lookup import looked_up
from formats.raw import RAW_EVENT_PLAYERS, RAW_EVENTS
from formats.sheet_values import whole
from formats.team_names import name_key
from formats.tracking_workbook_columns import EVENT_COLUMNS
from formats.tracking_workbook_index import FIRST_INDEX, is_opponent_code
from formats.workbook import ROW

_CHAIN_OFFSET: Final = 9000  # of the manual template; the trackers add 1000
_SEQUENCE_OFFSET: Final = 5000
_PLAY_OFFSET: Final = 6000


def read_events(rows: pl.DataFrame, game_id: int) -> pl.DataFrame:
    """The raw events, from rows with `event_no` and `source_index`; the first filled cell of its rows counts."""
    events = rows.group_by("event_no", maintain_order=True).agg(
        pl.col("source_index").first(), *(pl.col(c).drop_nulls().first() for c in EVENT_COLUMNS)
    )
    numbers = events.with_columns(
        looked_up(events, c, whole, pl.Int64).alias(c)
        for c in ("chain", "sequence", "play", "assist_to", "assist_primary", "assist_secondary", "stint_index")
    ).with_columns(looked_up(events, c, cells.number, pl.Float64).alias(c) for c in ("net_x", "net_y"))
    typed = _with_assists(_with_periods(numbers)).with_columns(
        game_id=pl.lit(game_id, pl.Int64),
        clock_start=clock_text("start_min", "start_sec", blank_seconds="0"),
        clock_end=clock_text("end_min", "end_sec", blank_seconds=None),
        chain=pl.when(pl.col("chain") >= _CHAIN_OFFSET)
        .then(pl.col("chain") - _CHAIN_OFFSET)
        .otherwise(_less("chain", FIRST_INDEX)),
        sequence=_less("sequence", _SEQUENCE_OFFSET),
        play=_less("play", _PLAY_OFFSET),
    )
    return typed.select(pl.col(c).cast(dtype) for c, dtype in RAW_EVENTS.items())


def clock_text(minutes: str, seconds: str, *, blank_seconds: str | None) -> pl.Expr:
    """The two cells of a clock as one text ("17:5.0"); null when both are empty.

    `blank_seconds` stands for seconds that are empty beside filled minutes.
    """
    is_any = pl.any_horizontal(pl.col(minutes, seconds).is_not_null())
    parts = pl.concat_str(
        pl.col(minutes).fill_null("0"), pl.lit(":"), pl.col(seconds).fill_null(pl.lit(blank_seconds, pl.String))
    )
    return pl.when(is_any).then(parts)


def _less(column: str, offset: int) -> pl.Expr:
    """A key without what its writer adds to all of them."""
    return pl.when(pl.col(column) >= offset).then(pl.col(column) - offset).otherwise(pl.col(column))


def _with_periods(events: pl.DataFrame) -> pl.DataFrame:
    """Without any period (formulas saved without values) each Intermission starts the next, as in the template."""
    if events["period"].count():
        return events
    breaks = (pl.col("type") == "Intermission").fill_null(value=False).cum_sum()
    return events.with_columns(period=(breaks + 1).cast(pl.String))


def _with_assists(events: pl.DataFrame) -> pl.DataFrame:
    """`assist_to` on the assisting events only, also where just the goal's row names them."""
    named = pl.concat(
        [
            events.select(assisted="source_index", source_index=column).drop_nulls()
            for column in ("assist_primary", "assist_secondary")
        ]
    ).unique("source_index", keep="first", maintain_order=True)
    is_goal = (pl.col("type") == "Goal").fill_null(value=False)
    return events.join(named, on="source_index", how="left", maintain_order="left").with_columns(
        assist_to=pl.when(~is_goal).then(pl.coalesce("assist_to", "assisted"))
    )


def read_event_players(rows: pl.DataFrame, game_id: int, labels: tuple[str | None, str | None]) -> pl.DataFrame:
    """The raw event players, plus `ROW`: rows with a number or an id. `labels` are the names of home and away team."""
    players = rows.filter(pl.any_horizontal(pl.col("jersey", "player_id").is_not_null()))
    players = players.with_columns(
        is_opponent=looked_up(players, "role_code", is_opponent_code, pl.Boolean),
        own=name_key("player_team"),
        order=pl.int_range(pl.len()).over("event_no"),
    )
    side = pl.when("is_opponent").then(pl.lit("opp")).otherwise(pl.lit("event"))
    running = pl.int_range(1, pl.len() + 1).over("event_no", "is_opponent").cast(pl.String)
    numbered = pl.when(pl.col("is_opponent").is_not_null()).then(pl.concat_str(side, pl.lit("_player_"), running))
    home, away = (pl.lit(" ".join((label or "").lower().split())) for label in labels)
    return players.with_columns(
        game_id=pl.lit(game_id, pl.Int64),
        role=pl.coalesce("role", numbered),
        team=pl.when(pl.col("own") == home).then(pl.lit("home")).when(pl.col("own") == away).then(pl.lit("away")),
        pressured_by=pl.lit(None, pl.String),
    ).select(*(pl.col(c).cast(dtype) for c, dtype in RAW_EVENT_PLAYERS.items()), ROW)

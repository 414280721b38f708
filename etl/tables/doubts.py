"""What a reader should doubt: codes of no vocabulary, implausible figures, credits that differ from the game sheet."""

from collections.abc import Collection
from typing import Final

import polars as pl

from etl.columns import codes
from etl.columns import keys as k
from etl.columns import quality as c
from etl.columns.lineage import explained
from etl.columns.lineage_play import SCORERS
from etl.registry import table
from etl.tables.expressions import int32
from hockey.details import DETAILS, DETAILS_2
from hockey.event_types import BY_CODE
from hockey.plausible import LIMITS, Limit
from hockey.play_details import PLAY_DETAILS
from hockey.shift_starts import SHIFT_STARTS

_PLAY_CODES: Final = frozenset(d.code for d in PLAY_DETAILS)
# published column: (frame, its column, the codes that the vocabulary has)
_VOCABULARY: Final[dict[str, tuple[str, str, Collection[str]]]] = {
    "event_type": ("events", "event_type", frozenset(BY_CODE)),
    "event_detail": ("events", "detail1", frozenset(d.code for d in DETAILS)),
    "event_detail_2": ("events", "detail2", frozenset(d.code for d in DETAILS_2)),
    "play_detail1": ("event_players", "play_detail1", _PLAY_CODES),
    "play_detail_2": ("event_players", "play_detail2", _PLAY_CODES),
    "shift_start_type": ("shifts", "start_type", frozenset(s.code for s in SHIFT_STARTS)),
}


@table(
    key=("unknown_code_key",),
    grain="one code in one column of one game that the vocabulary does not have",
    kind="qa",
    from_tracking=True,
    per_game=True,
    columns=(
        codes.UNKNOWN_KEY,
        codes.UNKNOWN_GAME,
        codes.UNKNOWN_COLUMN,
        codes.UNKNOWN_CODE,
        codes.UNKNOWN_COUNT,
        codes.UNKNOWN_FIRST,
        c.MESSAGE,
    ),
)
def qa_unknown_codes(events: pl.DataFrame, event_players: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Codes of the tracking that `hockey/` does not list: they are kept as written, counted nowhere, and told here."""
    frames = {"events": events, "event_players": event_players, "shifts": shifts}
    found = pl.concat(
        _strangers(frames[frame], code, known).with_columns(code_column=pl.lit(column))
        for column, (frame, code, known) in _VOCABULARY.items()
    )
    message = pl.format(
        "unknown {} '{}' in game {}, {} times, first at index {}",
        *("code_column", "code", "game_id", "occurrences", "first_index"),
    )
    return found.sort("game_id", "code_column", "code").select(
        pl.concat_str("game_id", "code_column", "code", separator="_").alias("unknown_code_key"),
        *("game_id", "code_column", "code", "occurrences", "first_index"),
        message.alias("message"),
    )


def _strangers(frame: pl.DataFrame, column: str, known: Collection[str]) -> pl.DataFrame:
    index = "stint_idx" if "stint_idx" in frame.columns and "event_idx" not in frame.columns else "event_idx"
    return (
        frame.lazy()
        .select("game_id", code=column, at=index)
        .filter(~pl.col("code").is_in(known))
        .group_by("game_id", "code")
        .agg(occurrences=pl.len().cast(pl.Int32), first_index=int32(pl.col("at").min()))
        .collect()
    )


@table(
    key=("suspicious_key",),
    grain="one figure of one game beyond what is plausible",
    kind="qa",
    from_tracking=True,
    columns=(
        c.SUSPICIOUS_KEY,
        c.PLAIN_GAME_ID,
        c.TABLE_NAME,
        c.ROW_KEY,
        c.SUBJECT,
        c.COLUMN_NAME,
        c.VALUE,
        c.LOWEST,
        c.HIGHEST,
        c.MESSAGE,
    ),
)
def qa_suspicious_stats(
    fact_player_game_stats: pl.DataFrame, fact_goalie_game_stats: pl.DataFrame, fact_team_game_stats: pl.DataFrame
) -> pl.DataFrame:
    """Figures that are more likely a slip of the tracker than hockey, by the limits of `hockey/plausible.py`."""
    tables = {
        "fact_player_game_stats": (fact_player_game_stats, "player_game_key", "player_name"),
        "fact_goalie_game_stats": (fact_goalie_game_stats, "goalie_game_key", "player_name"),
        "fact_team_game_stats": (fact_team_game_stats, "team_game_key", "team_name"),
    }
    found = pl.concat(_beyond(limit, *tables[limit.table]) for limit in LIMITS)
    bounds = pl.concat_str(
        pl.format("below {}", "lowest_plausible"), pl.format("above {}", "highest_plausible"), separator=" or ",
        ignore_nulls=True,
    )  # fmt: skip
    return found.sort("game_id", "table_name", "row_key", "column_name").select(
        pl.concat_str("table_name", "row_key", "column_name", separator="_").alias("suspicious_key"),
        *("game_id", "table_name", "row_key", "subject", "column_name", "value"),
        *("lowest_plausible", "highest_plausible"),
        pl.format("{} of {} in game {}: {}, {}", "column_name", "subject", "game_id", "value", bounds).alias("message"),
    )


def _beyond(limit: Limit, frame: pl.DataFrame, key: str, subject: str) -> pl.DataFrame:
    value, low, high = pl.col(limit.column), limit.lowest, limit.highest
    beyond = pl.any_horizontal(
        pl.lit(value=False) if low is None else value < low, pl.lit(value=False) if high is None else value > high
    )
    applies = pl.lit(value=True) if limit.where is None else pl.col(limit.where[0]) >= limit.where[1]
    return frame.filter(applies & beyond).select(
        "game_id",
        table_name=pl.lit(limit.table),
        row_key=key,
        subject=pl.col(subject).fill_null("an unknown name"),
        column_name=pl.lit(limit.column),
        value=value.cast(pl.Float64),
        lowest_plausible=pl.lit(low, pl.Float64),
        highest_plausible=pl.lit(high, pl.Float64),
    )


_PLAYER: Final = ("game_id", "player_id")
_COMPARED: Final = {"goals": "goals", "assists": "assist", "points": "points"}


@table(
    key=("scorer_comparison_key",),
    grain="one skater with a point in one tracked game, by the tracking or by the game sheet",
    kind="qa",
    from_tracking=True,
    columns=explained(
        (
            c.SCORER_KEY,
            k.GAME_ID,
            k.PLAYER_ID,
            k.PLAYER_NAME,
            k.TEAM_ID,
            k.TEAM_NAME,
            *c.TRACKED_CREDITS,
            *c.SHEET_CREDITS,
            *c.CREDIT_DIFFERENCES,
            c.IS_CREDIT_MATCH,
        ),
        SCORERS,
    ),
)
def qa_scorer_comparison(
    fact_player_game_stats: pl.DataFrame,
    fact_goalie_game_stats: pl.DataFrame,
    fact_gameroster: pl.DataFrame,
    dim_player: pl.DataFrame,
    dim_team: pl.DataFrame,
) -> pl.DataFrame:
    """Tracked against official goals and assists of each scorer. Who is on one side only has 0 on the other.

    Games without a game sheet are left out: there is nothing to compare with.
    """
    games = fact_player_game_stats.select("game_id").unique()
    sheet = fact_gameroster.filter(pl.col("data_origin") != "json").join(games, on="game_id", how="semi")
    official = sheet.join(fact_goalie_game_stats, on=_PLAYER, how="anti").select(
        *_PLAYER, official_team="team_id", **{f"official_{name}": there for name, there in _COMPARED.items()}
    )
    tracked = fact_player_game_stats.join(sheet, on="game_id", how="semi").select(
        *_PLAYER, "team_id", pl.col(*_COMPARED).name.prefix("tracked_")
    )
    both = tracked.join(official, on=_PLAYER, how="full", coalesce=True).with_columns(
        pl.col("^(tracked|official)_(goals|assists|points)$").fill_null(0),
        team_id=pl.coalesce("team_id", "official_team"),
    )
    differences = {f"{name}_difference": pl.col(f"tracked_{name}") - pl.col(f"official_{name}") for name in _COMPARED}
    return (
        both.filter(pl.max_horizontal("tracked_points", "official_points") > 0)
        .join(dim_player.select("player_id", player_name="player_full_name"), on="player_id", how="left")
        .join(dim_team.select("team_id", "team_name"), on="team_id", how="left")
        .with_columns(**differences)
        .sort(_PLAYER)
        .select(
            pl.concat_str(_PLAYER, separator="_").alias("scorer_comparison_key"),
            *(*_PLAYER, "player_name", "team_id", "team_name"),
            *(f"{whose}_{name}" for whose in ("tracked", "official") for name in _COMPARED),
            *differences,
            pl.all_horizontal(pl.col(*differences) == 0).alias("is_match"),
        )
    )

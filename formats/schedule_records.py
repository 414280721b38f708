"""The schedule from the rows of its sheet: text cells in, the canonical frame and the flags of its oddities out."""

from collections.abc import Callable
from typing import Final

import polars as pl

from formats import sheet_values
from formats.canonical import SCHEDULE, SIDES, conform
from formats.flags import flags_of, no_flags, quoted
from formats.lookup import looked_up
from formats.record_keys import one_per_key
from formats.team_names import with_teams
from hockey import aliases

_SHEET: Final = "dim_schedule"
_PERIODS: Final = ("p1", "p2", "p3", "ot")
_TYPED: Final[dict[str, tuple[str, Callable[[str | None], object]]]] = {
    # canonical column: the cell it comes from, and the rule that reads it
    "date": ("date", sheet_values.day),
    "game_time": ("game_time", sheet_values.time_of_day),
    "season": ("season", sheet_values.season_label),
    "include": ("include", aliases.truth),
    "period_length_s": ("period_length", sheet_values.period_length_s),
    "ot_period_length_s": ("ot_period_length", sheet_values.period_length_s),
    "shootout_rounds": ("shootout_rounds", sheet_values.count),
    "home_goals": ("home_goals", sheet_values.count),
    "away_goals": ("away_goals", sheet_values.count),
    **{f"{s}_{p}_goals": (f"{s}_{p}_goals", sheet_values.count) for s in SIDES for p in _PERIODS},
    "home_seed": ("home_seed", sheet_values.count),
    "away_seed": ("away_seed", sheet_values.count),
    "game_url": ("game_url", sheet_values.link),
    "video_url": ("video_url", sheet_values.link),
    "video_start_s": ("video_start", sheet_values.duration_s),
    "video_end_s": ("video_end", sheet_values.duration_s),
}
_CHECKED: Final = {"date": "date_bad", "game_time": "time_bad", "period_length_s": "period_length_bad"}
_GAME_TYPES: Final = {"reg": "Regular", "pla": "Playoffs", "pos": "Playoffs", "po": "Playoffs"}
_PAST: Final = ("past", "final", "completed", "played")
_UPCOMING: Final = ("upcoming", "scheduled", "future")


def read_schedule(
    rows: pl.DataFrame, teams: pl.DataFrame, seasons: pl.DataFrame, origin: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical schedule, in the order of the sheet, and its flags.

    Goals of a blank period are 0 where the others add up to the total, otherwise unknown. A game is Past when it has
    a score or lies before the newest result, Upcoming otherwise, unless the sheet says something else of its own.
    """
    numbered = rows.with_columns(game_id=looked_up(rows, "game_id", _game_number, pl.Int64))
    kept, key_flags = one_per_key(numbered, ["game_id"], _SHEET)
    typed = kept.with_columns(
        looked_up(kept, source, rule, SCHEDULE[c]).alias(c) for c, (source, rule) in _TYPED.items()
    )
    flags = [key_flags, _unreadable(kept, typed), _drag_filled(kept)]
    named, team_flags = with_teams(typed, teams, _SHEET, SIDES)
    scored, score_flags = _with_scores(_with_kind(kept, _with_season(named, seasons)))
    times = looked_up(kept, "date", sheet_values.time_of_day, pl.String)
    done = scored.with_columns(
        game_time=pl.coalesce("game_time", kept.select(t=times)["t"]),
        include=pl.col("include").fill_null(value=True),
        is_inferred=pl.lit(value=False),
        origin=pl.lit(origin),
    )
    return conform("schedule", done.select(list(SCHEDULE))), pl.concat([*flags, team_flags, score_flags])


def _game_number(text: str | None) -> int | None:
    number = sheet_values.count(text)
    return number or None


def _unreadable(kept: pl.DataFrame, typed: pl.DataFrame) -> pl.DataFrame:
    """A flag per cell that holds something, of which nothing could be made."""
    flags = [no_flags()]
    for column, flag in _CHECKED.items():
        source = _TYPED[column][0]
        lost = typed.select("game_id", read=column).with_columns(kept[source].alias("cell"))
        bad = lost.filter(pl.col("read").is_null() & pl.col("cell").is_not_null())
        flags.append(flags_of(bad, flag, pl.format(f"{_SHEET}: {source} {{}} cannot be read", quoted("cell"))))
    return pl.concat(flags)


def _drag_filled(kept: pl.DataFrame) -> pl.DataFrame:
    """One flag for the whole column: the minutes are certain, so it is a flaw of the sheet, and no game is doubtful."""
    filled = kept.filter(looked_up(kept, "period_length", sheet_values.is_drag_filled, pl.Boolean))
    message = pl.format(
        f"{_SHEET}: period_length was filled downwards and counted on, as {{}} of game {{}}; the minutes were taken",
        quoted("period_length"),
        "game_id",
    )
    first = filled.head(1).select(message.alias("message"), count=pl.lit(filled.height), game_id=pl.lit(None, pl.Int64))
    return flags_of(first, "period_length_drag_filled", pl.col("message"))


def _with_season(games: pl.DataFrame, seasons: pl.DataFrame) -> pl.DataFrame:
    """Label and id of the season completed from each other; the id only where one season has that label."""
    labels = seasons.select("season_id", label="season").filter(pl.col("label").is_not_null())
    single = labels.filter(pl.col("label").is_unique()).select(season="label", only_id="season_id")
    told = games.join(labels, on="season_id", how="left", maintain_order="left").with_columns(
        season=pl.coalesce("season", "label", pl.col("season_id").str.extract(r"(\d{8})"))
    )
    return told.join(single, on="season", how="left", maintain_order="left").with_columns(
        season_id=pl.coalesce("season_id", "only_id")
    )


def _with_kind(kept: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Game type, last period and schedule type in canonical words."""
    is_overtime = (pl.col("home_ot_goals").fill_null(0) + pl.col("away_ot_goals").fill_null(0)) > 0
    derived = (
        pl.when(pl.col("shootout_rounds") > 0).then(pl.lit("Shootout"))
        .when(is_overtime).then(pl.lit("Overtime"))
        .when(pl.col("home_goals").is_not_null()).then(pl.lit("Regulation"))
    )  # fmt: skip
    by_round = pl.when(pl.col("playoff_round").is_not_null()).then(pl.lit("Playoffs")).otherwise(pl.lit("Regular"))
    return games.with_columns(
        game_type=pl.coalesce(looked_up(kept, "game_type", _game_type, pl.String), by_round),
        last_period_type=pl.coalesce(pl.col("last_period_type").str.to_titlecase(), derived),
        schedule_type=looked_up(kept, "schedule_type", _schedule_type, pl.String),
    )


def _game_type(text: str | None) -> str | None:
    word = "" if text is None else text.lower()
    return text if not word else next((name for start, name in _GAME_TYPES.items() if word.startswith(start)), text)


def _schedule_type(text: str | None) -> str | None:
    word = "" if text is None else text.lower()
    if word.startswith(_PAST):
        return "Past"
    return "Upcoming" if word.startswith(_UPCOMING) else text


def _with_scores(games: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The games with blank periods and schedule type settled, and the flags of scores that do not fit."""
    no_goal = pl.all_horizontal(pl.col(f"{s}_{p}_goals").fill_null(0) == 0 for s in SIDES for p in _PERIODS)
    nil_nil = (pl.col("home_goals") == 0) & (pl.col("away_goals") == 0) & no_goal
    not_played = (pl.col("schedule_type") == "Upcoming") & nil_nil  # a sheet prefilled with zeros
    goals = [f"{side}_{part}goals" for side in SIDES for part in ("", *(f"{p}_" for p in _PERIODS))]
    games = games.with_columns(pl.when(~not_played.fill_null(value=False)).then(pl.col(c)).alias(c) for c in goals)
    has_score = pl.col("home_goals").is_not_null() & pl.col("away_goals").is_not_null()
    newest = pl.col("date").filter(has_score).max()
    derived = pl.when(has_score | (pl.col("date") < newest)).then(pl.lit("Past")).otherwise(pl.lit("Upcoming"))
    is_stale = has_score & (pl.col("schedule_type") == "Upcoming")
    flags = [
        flags_of(games.filter(is_stale), "schedule_type_stale", f"{_SHEET}: called Upcoming, but has a score"),
        flags_of(
            games.filter(pl.col("home_goals").is_null() != pl.col("away_goals").is_null()),
            "score_incomplete",
            f"{_SHEET}: only one side has a score",
        ),
    ]
    kind = pl.when(is_stale).then(pl.lit("Past")).otherwise(pl.coalesce("schedule_type", derived))
    games = games.with_columns(schedule_type=kind)
    for side in SIDES:
        games, mismatch = _with_periods(games, side)
        flags.append(mismatch)
    return games, pl.concat(flags)


def _with_periods(games: pl.DataFrame, side: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    periods = [f"{side}_{p}_goals" for p in _PERIODS]
    total, added = pl.col(f"{side}_goals"), pl.sum_horizontal(periods)
    is_any = pl.any_horizontal(pl.col(periods).is_not_null())
    is_whole = pl.all_horizontal(pl.col(periods[:3]).is_not_null())
    wrong = games.filter(((added != total) & is_whole) | ((added > total) & is_any)).with_columns(
        added=added, total=total
    )
    message = pl.format(
        f"{_SHEET}: the {side} side's periods add up to {{}} goals, its total is {{}}", "added", "total"
    )
    filled = games.with_columns(
        pl.when(added == total).then(pl.col(p).fill_null(0)).otherwise(p).alias(p) for p in periods
    )
    return filled, flags_of(wrong, "period_goals_mismatch", message)

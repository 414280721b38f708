"""What crossing a blue line led to, summed up by player."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import territory as c
from etl.columns.boxscore import MICRO
from etl.columns.lineage import explained
from etl.columns.lineage_play import ENTRIES, EXITS, MICRO_STATS
from etl.registry import table
from etl.tables.credit import PLAYER
from etl.tables.expressions import DIGITS, percentage
from etl.tables.possession import EVENT
from etl.tables.puck_play import crossing_means
from hockey.details import CARRIED_MEANS, PASSED_MEANS, SENT_MEANS

_TRIES: Final = ("Zone_Entry", "Zone_Entry_Failed", "Zone_Exit", "Zone_Exit_Failed")
_VISIT: Final = ["game_id", "visit", "team"]


@table(
    key=("game_id", "event_idx"),
    grain="one try to cross a blue line out of the own or into the other zone",
    per_game=True,
)
def crossings(plays: pl.DataFrame, possession: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Each entry and exit by kind, with the side's attempts, goals and xG before the next crossing or whistle.

    `kind` is failed, carried, passed, sent (dumped, chipped, lobbed, cleared) or other. `enters`: an exit's next
    crossing is the side's own entry; `entry_shots` are that entry's attempts. What failed led to nothing.
    """
    in_play = possession.lazy().select(*EVENT, "visit")
    rows = plays.lazy().select(*EVENT, "event_type", "detail1", "detail2", "team", "is_goal")
    results = (
        rows.filter((pl.col("event_type") == "Shot") | (pl.col("is_goal") == 1))
        .join(in_play, on=EVENT)
        .join(shot_xg.lazy().select(*EVENT, "xg"), on=EVENT, how="left")
        .group_by(_VISIT)
        .agg(
            shots=(pl.col("event_type") == "Shot").sum().cast(pl.Int32),
            goals=pl.col("is_goal").sum(),
            xg=pl.col("xg").sum().round(DIGITS),
        )
    )
    tries = rows.filter((pl.col("event_type") == "Zone_Entry_Exit") & pl.col("detail1").is_in(_TRIES)).join(
        in_play, on=EVENT
    )
    return (
        pl.concat([_achieved(tries, results), tries.filter(_FAILED)], how="diagonal")
        .select(
            *EVENT,
            "team",
            pl.col("detail1").str.starts_with("Zone_Entry").alias("is_entry"),
            _kind().alias("kind"),
            pl.col("shots", "goals", "entry_shots").fill_null(0),
            pl.col("xg").fill_null(0.0),
            pl.col("enters").fill_null(value=False),
        )
        .sort(EVENT)
        .collect()
    )


_FAILED: Final = pl.col("detail1").str.ends_with("_Failed")


def _achieved(tries: pl.LazyFrame, results: pl.LazyFrame) -> pl.LazyFrame:
    following = {name: pl.col(name).shift(-1) for name in ("game_id", "visit", "team", "detail1", "shots")}
    enters = (
        (following["game_id"] == pl.col("game_id"))
        & (following["visit"] == pl.col("visit") + 1)
        & (following["team"] == pl.col("team"))
        & (following["detail1"] == "Zone_Entry")
        & (pl.col("detail1") == "Zone_Exit")
    )
    return (
        tries.filter(~_FAILED)
        .join(results, on=_VISIT, how="left")
        .sort(EVENT)
        .with_columns(enters=enters)
        .with_columns(entry_shots=pl.when("enters").then(following["shots"]))
    )


def _kind() -> pl.Expr:
    means = crossing_means()
    return (
        pl.when(_FAILED)
        .then(pl.lit("failed"))
        .when(means.is_in(CARRIED_MEANS))
        .then(pl.lit("carried"))
        .when(means.is_in(PASSED_MEANS))
        .then(pl.lit("passed"))
        .when(means.is_in(SENT_MEANS))
        .then(pl.lit("sent"))
        .otherwise(pl.lit("other"))
    )


def _of_players(crossings: pl.DataFrame, event_players: pl.DataFrame) -> pl.DataFrame:
    """The tries with their main actor, where that is one of the side's own players."""
    actors = event_players.filter((pl.col("side_role") == "event") & (pl.col("role_n") == 1)).drop_nulls("player_id")
    return crossings.join(actors.select(*EVENT, "player_id", own_side="team"), on=EVENT).filter(
        (pl.col("own_side") == pl.col("team")).fill_null(value=False)
    )


def _kinds(noun: str, sent: str) -> dict[str, pl.Expr]:
    def times(*kinds: str) -> pl.Expr:
        return pl.col("kind").is_in(kinds).sum().cast(pl.Int32)

    return {
        f"total_{noun}": pl.len().cast(pl.Int32),
        f"controlled_{noun}": times("carried", "passed"),
        f"carried_{noun}": times("carried"),
        f"passed_{noun}": times("passed"),
        f"{sent}_{noun}": times("sent"),
        f"other_{noun}": times("other"),
        f"failed_{noun}": times("failed"),
    }


@table(
    key=("zone_entry_key",),
    grain="one player with zone entries in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (c.ENTRY_SUMMARY_KEY, k.GAME_ID, k.PLAYER_ID, k.TEAM_VENUE, *c.ENTRY_KINDS, *c.ENTRY_RESULTS), ENTRIES
    ),
)
def fact_zone_entry_summary(crossings: pl.DataFrame, event_players: pl.DataFrame) -> pl.DataFrame:
    """Zone entries by kind, and what they led to, of who brought the puck in."""
    led_to_shot = (pl.col("shots") > 0).sum().cast(pl.Int32)
    return (
        _of_players(crossings.filter("is_entry"), event_players)
        .group_by(PLAYER)
        .agg(
            **_kinds("entries", "dump"),
            team_venue=pl.col("team").first(),
            entries_with_shot=led_to_shot,
            shots_after_entry=pl.col("shots").sum(),
            goals_after_entry=pl.col("goals").sum(),
            xg_after_entry=pl.col("xg").sum().round(DIGITS),
        )
        .sort(PLAYER)
        .with_columns(
            zone_entry_key=pl.format("{}_{}", "game_id", "player_id"),
            controlled_entry_pct=percentage("controlled_entries", "total_entries"),
        )
        .select(column.name for column in fact_zone_entry_summary.columns)
    )


@table(
    key=("zone_exit_key",),
    grain="one player with zone exits in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (c.EXIT_SUMMARY_KEY, k.GAME_ID, k.PLAYER_ID, k.TEAM_VENUE, *c.EXIT_KINDS, *c.EXIT_RESULTS), EXITS
    ),
)
def fact_zone_exit_summary(crossings: pl.DataFrame, event_players: pl.DataFrame) -> pl.DataFrame:
    """Zone exits by kind, and what they led to, of who brought the puck out."""
    return (
        _of_players(crossings.filter(~pl.col("is_entry")), event_players)
        .group_by(PLAYER)
        .agg(
            **_kinds("exits", "clear"),
            team_venue=pl.col("team").first(),
            exits_with_entry=pl.col("enters").sum().cast(pl.Int32),
            exits_with_shot=(pl.col("entry_shots") > 0).sum().cast(pl.Int32),
        )
        .sort(PLAYER)
        .with_columns(
            zone_exit_key=pl.format("{}_{}", "game_id", "player_id"),
            controlled_exit_pct=percentage("controlled_exits", "total_exits"),
        )
        .select(column.name for column in fact_zone_exit_summary.columns)
    )


@table(
    key=("micro_stats_key",),
    grain="one micro statistic of one player in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained((c.MICRO_STATS_KEY, k.GAME_ID, k.PLAYER_ID, c.MICRO_STAT, c.MICRO_COUNT), MICRO_STATS),
)
def fact_player_micro_stats(player_tags: pl.DataFrame) -> pl.DataFrame:
    """The tags of fact_player_game_stats in long form, goalies included."""
    names = [column.name for column in MICRO]
    return (
        player_tags.unpivot(names, index=PLAYER, variable_name="micro_stat", value_name="count")
        .filter(pl.col("count") > 0)
        .sort(*PLAYER, "micro_stat")
        .select(
            pl.concat_str(*PLAYER, "micro_stat", separator="_").alias("micro_stats_key"), *PLAYER, "micro_stat", "count"
        )
    )

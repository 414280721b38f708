"""Intermediates of the box score: what each player did, and what happened while each was on the ice."""

from typing import Final

import polars as pl

from etl.columns.boxscore import MICRO_STATS
from etl.registry import table
from etl.tables.expressions import DIGITS, other_side
from etl.tables.puck_play import is_controlled
from etl.tables.shots import SAVED
from hockey.details import BAD_GIVEAWAYS
from hockey.event_types import DEFENDED
from hockey.play_details import RECOVERY

PLAYER: Final = ["game_id", "player_id"]
_TYPE, _DETAIL = pl.col("event_type"), pl.col("detail1")
_ACTING: Final = pl.col("side_role") == "event"
_FIRST: Final = pl.col("role_n") == 1
_SUCCESS: Final = pl.coalesce("success", is_controlled())


# a number that only the other side's roster has is a slip of the tracker: nobody wins a draw for the other team
OWN_SIDE: Final = pl.col("event_team").is_not_null() & (
    ((pl.col("team") == pl.col("event_team")) == _ACTING).fill_null(value=True)
)


def _times(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False).sum().cast(pl.Int32)


ACTION_COUNTS: Final[dict[str, pl.Expr]] = {
    "goals": _times(_ACTING & (pl.col("is_goal") == 1)),
    "shots": _times(_ACTING & (_TYPE == "Shot")),
    "saved_shots": _times(_ACTING & (_TYPE == "Shot") & _DETAIL.is_in(SAVED)),
    "pass_attempts": _times(_ACTING & (_TYPE == "Pass")),
    "pass_completed": _times(_ACTING & (_TYPE == "Pass") & (_DETAIL == "Pass_Completed")),
    "fo_wins": _times(_ACTING & (_TYPE == "Faceoff")),
    "fo_losses": _times(~_ACTING & (_TYPE == "Faceoff")),
    "giveaways": _times(_ACTING & (_DETAIL == "Turnover_Giveaway")),
    "bad_giveaways": _times(_ACTING & (_DETAIL == "Turnover_Giveaway") & pl.col("detail2").is_in(BAD_GIVEAWAYS)),
    "takeaways": _times(_ACTING & (_DETAIL == "Turnover_Takeaway")),
    "blocks": _times(~_ACTING & (_DETAIL == "Shot_Blocked")),
    "hits": _times(_ACTING & (_TYPE == "Hit")),
    "zone_entries": _times(_ACTING & (_DETAIL == "Zone_Entry")),
    "zone_entries_successful": _times(_ACTING & (_DETAIL == "Zone_Entry") & _SUCCESS),
    "zone_exits": _times(_ACTING & (_DETAIL == "Zone_Exit")),
    "zone_exits_successful": _times(_ACTING & (_DETAIL == "Zone_Exit") & _SUCCESS),
    "primary_def_events": _times(~_ACTING & _TYPE.is_in(DEFENDED)),
}


_OF_EVENT: Final = ("event_type", "detail1", "detail2", "success", "is_goal")


@table(
    key=("game_id", "player_id"),
    grain="one player with a first role in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_actions(event_players: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """Counts of what a player did as event_player_1 or opp_player_1 (faceoffs lost, shots blocked, plays defended).

    Only acts for the own side count.
    """
    event = ["game_id", "event_idx"]
    return (
        event_players.lazy()
        .filter(_FIRST & pl.col("player_id").is_not_null())
        .select(*event, "player_id", "side_role", "team")
        .join(plays.lazy().select(*event, *_OF_EVENT, event_team="team"), on=event)
        .filter(OWN_SIDE)
        .group_by(PLAYER)
        .agg(**ACTION_COUNTS)
        .sort(PLAYER)
        .collect()
    )


@table(
    key=("game_id", "player_id"),
    grain="one player with tags in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_tags(event_players: pl.DataFrame, plays: pl.DataFrame) -> pl.DataFrame:
    """Counts of play details, outcomes of tagged plays, and plays defended in support. A row counts a tag once."""
    first, second = pl.col("play_detail1"), pl.col("play_detail2")
    counts = {
        name: _times(first.is_in(codes) | second.is_in(codes).fill_null(value=False))
        for name, (_, codes) in MICRO_STATS.items()
    }
    event = ["game_id", "event_idx"]
    tagged = first.is_not_null() | second.is_not_null() | pl.col("play_success").is_not_null()
    in_support = ~_ACTING & (pl.col("role_n") > 1)
    return (
        event_players.lazy()
        .filter(pl.col("player_id").is_not_null() & (tagged | in_support))
        .join(plays.lazy().select(*event, "event_type", event_team="team"), on=event)
        .filter(OWN_SIDE)
        .with_columns(pl.col("play_detail1", "play_detail2").fill_null(""))
        .group_by(PLAYER)
        .agg(
            **counts,
            puck_recoveries=_times(first.str.starts_with(RECOVERY) | second.str.starts_with(RECOVERY)),
            plays_successful=_times(pl.col("play_success")),
            plays_unsuccessful=_times(~pl.col("play_success")),
            support_def_events=_times(in_support & _TYPE.is_in(DEFENDED)),
        )
        .with_columns(drives_total=pl.sum_horizontal("drives_middle", "drives_wide", "drives_corner").cast(pl.Int32))
        .sort(PLAYER)
        .collect()
    )


_COUNTS: Final = ("corsi", "fenwick", "goals", "goals_power_play", "goals_short_handed", "corsi_even", "goals_even")
_CHANCES: Final = ("on_ice_xg", "on_ice_xg_even")
_ON_ICE: Final = (*_COUNTS, *_CHANCES)
ON_ICE_COLUMNS: Final = tuple(f"{name}_{way}" for name in _ON_ICE for way in ("for", "against"))


@table(
    key=("game_id", "player_id"),
    grain="one player on the ice in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_on_ice(fact_shift_players: pl.DataFrame, stint_attempts: pl.DataFrame) -> pl.DataFrame:
    """Ice time, shifts, and attempts, goals and expected goals of both sides during the player's stints as a skater.

    `<count>_for` and `<count>_against`; the special-teams counts are by the scoring side's situation.
    """
    stint = ["game_id", "shift_index", "team_venue"]
    attempts = stint_attempts.lazy().select(
        "game_id", *_ON_ICE, shift_index=pl.col("stint_idx").cast(pl.Int32), team_venue="side"
    )
    against = attempts.with_columns(team_venue=other_side("team_venue"))
    skating = pl.when(~pl.col("is_goalie"))
    return (
        fact_shift_players.lazy()
        .select(*stint, "player_id", "is_goalie", "shift_duration", "is_first_segment")
        .join(attempts.rename({name: f"{name}_for" for name in _ON_ICE}), on=stint, how="left")
        .join(against.rename({name: f"{name}_against" for name in _ON_ICE}), on=stint, how="left")
        .group_by(PLAYER)
        .agg(
            *(_total(skating.then(f"{name}_{way}"), name) for name in _ON_ICE for way in ("for", "against")),
            side=pl.col("team_venue").min(),
            toi=pl.col("shift_duration").sum(),
            toi_in_net=pl.col("shift_duration").filter("is_goalie").sum(),
            shift_count=pl.col("is_first_segment").sum().cast(pl.Int32),
        )
        .sort(PLAYER)
        .collect()
    )


def _total(of_rows: pl.Expr, name: str) -> pl.Expr:
    return of_rows.sum().cast(pl.Int32) if name in _COUNTS else of_rows.sum().cast(pl.Float64).round(DIGITS)


@table(
    key=("game_id", "player_id"),
    grain="one player credited with anything in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_credits(
    player_actions: pl.DataFrame, assists: pl.DataFrame, fact_penalties: pl.DataFrame, player_rushes: pl.DataFrame
) -> pl.DataFrame:
    """What each player did, with assists (once per goal and player), penalty minutes, and part in rushes."""
    primary = pl.col("is_primary")
    assisted = assists.group_by(PLAYER).agg(
        primary_assists=_times(primary), secondary_assists=_times(~primary), assists=pl.len().cast(pl.Int32)
    )
    penalised = fact_penalties.drop_nulls("player_id").group_by(PLAYER).agg(pl.col("pim").sum())
    return (
        player_actions.join(assisted, on=PLAYER, how="full", coalesce=True)
        .join(penalised, on=PLAYER, how="full", coalesce=True)
        .join(player_rushes, on=PLAYER, how="full", coalesce=True)
        .with_columns(pl.exclude(PLAYER).fill_null(0))
        .sort(PLAYER)
    )


@table(
    key=("game_id", "side"),
    grain="one side of one game with attempts in valid stints",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def side_attempts(stint_attempts: pl.DataFrame) -> pl.DataFrame:
    """A side's attempts in valid stints, for and against: what its players' shares are relative to."""
    own = stint_attempts.group_by("game_id", "side").agg(
        pl.col("corsi", "fenwick").sum().cast(pl.Int32), pl.col("on_ice_xg").sum().round(DIGITS)
    )
    names = {name: f"team_{name}_for" for name in ("corsi", "fenwick", "on_ice_xg")}
    against = own.with_columns(side=other_side("side")).rename(
        {name: there.replace("_for", "_against") for name, there in names.items()}
    )
    return (
        own.rename(names)
        .join(against, on=["game_id", "side"], how="full", coalesce=True)
        .with_columns(pl.exclude("game_id", "side").fill_null(0))
        .sort("game_id", "side")
    )

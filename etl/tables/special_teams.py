"""Power play and penalty kill of each side."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import territory as c
from etl.columns.lineage import explained
from etl.columns.lineage_on_ice import SPECIAL_TEAMS
from etl.registry import table
from etl.tables.expressions import DIGITS, other_side, percentage
from formats.canonical import SIDES
from hockey.details import COUNTING_GOALS

_SIDE: Final = ["game_id", "side"]
_STINT: Final = ["game_id", "stint_idx", "side"]


_COUNTING_GOAL: Final = (pl.col("event_type") == "Goal") & pl.col("detail1").is_in(list(COUNTING_GOALS))


@table(
    key=("game_id", "side"), grain="one side of one tracked game with valid stints", from_tracking=True, per_game=True
)
def power_plays(stints: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Opportunities, seconds and goals of each side with more and with fewer skaters; reads no schedule."""
    scored = events.filter(_COUNTING_GOAL).group_by(_STINT[:2], side="team").agg(goals=pl.len().cast(pl.Int32))
    sides = []
    for own in SIDES:
        situation, seconds = pl.col(f"{own}_situation"), pl.col("duration_s")
        sides.append(
            stints.with_columns(side=pl.lit(own))
            .join(scored, on=_STINT, how="left", maintain_order="left")
            .group_by(_SIDE)
            .agg(
                pp_opportunities=pl.col(f"{own}_gained").sum().cast(pl.Int32),
                pp_seconds=seconds.filter(situation == "PP").sum(),
                pk_seconds=seconds.filter(situation == "SH").sum(),
                pp_goals=pl.col("goals").filter(situation == "PP").sum(),
                sh_goals=pl.col("goals").filter(situation == "SH").sum(),
                empty_net_seconds=seconds.filter(~pl.col(f"{own}_goalie_on")).sum(),
            )
        )
    return pl.concat(sides).sort(_SIDE)


def _power_play_attempts(shot_xg: pl.DataFrame) -> pl.DataFrame:
    """For each side: attempts and xG on its power play."""
    on_power_play = shot_xg.filter(pl.col("situation") == "PP")
    return on_power_play.group_by(_SIDE).agg(pp_shots=pl.len().cast(pl.Int32), pp_xg=pl.col("xg").sum().round(DIGITS))


_SEEN_BY_OTHER: Final = {
    "pp_opportunities": "pk_opportunities",
    "pp_goals": "pk_goals_against",
    "pp_shots": "pk_shots_against",
    "pp_xg": "pk_xg_against",
    "sh_goals": "sh_goals_against",
}


@table(
    key=("special_teams_key",),
    grain="one side of one tracked game with valid stints",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(
        (
            c.SPECIAL_TEAMS_KEY,
            k.GAME_ID,
            k.TEAM_ID,
            k.TEAM_NAME,
            k.TEAM_VENUE,
            *c.SPECIAL_TEAMS,
            c.EMPTY_NET_SECONDS,
        ),
        SPECIAL_TEAMS,
    ),
)
def fact_special_teams(power_plays: pl.DataFrame, shot_xg: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """Power play and penalty kill of each side, from the players on the ice and never from the penalties called."""
    attempts = _power_play_attempts(shot_xg)
    own = power_plays.join(attempts, on=_SIDE, how="left").with_columns(pl.exclude(_SIDE).fill_null(0))
    theirs = own.with_columns(other_side("side")).select(*_SIDE, *_SEEN_BY_OTHER).rename(_SEEN_BY_OTHER)
    killed = pl.col("pk_opportunities") - pl.col("pk_goals_against")
    return (
        own.join(theirs, on=_SIDE)
        .join(game_sides.select(*_SIDE, "team_id", "team_name"), on=_SIDE, how="left")
        .sort(_SIDE)
        .with_columns(
            special_teams_key=pl.format("{}_{}", *_SIDE),
            team_venue="side",
            pp_pct=percentage("pp_goals", "pp_opportunities"),
            pk_pct=percentage(killed, "pk_opportunities"),
        )
        .select(column.name for column in fact_special_teams.columns)
    )

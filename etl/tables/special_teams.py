"""Power play and penalty kill of each side."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import territory as c
from etl.registry import table
from etl.tables.expressions import other_side, percentage
from formats.canonical import SIDES
from hockey.strength import FULL_SKATERS

_SIDE: Final = ["game_id", "side"]
_STINT: Final = ["game_id", "stint_idx", "side"]


def _advantage(own: str, other: str) -> pl.Expr:
    """Skaters more than the other side; an extra attacker for the goalie is no advantage."""
    own_skaters, other_skaters = (pl.col(f"{side}_skaters").clip(upper_bound=FULL_SKATERS) for side in (own, other))
    return (own_skaters - other_skaters).clip(lower_bound=0)


def _time_of_sides(stints: pl.DataFrame) -> pl.DataFrame:
    """For each side: opportunities, and seconds by its situation."""
    rows = stints.sort("game_id", "place")
    sides = []
    for own, other in (SIDES, SIDES[::-1]):
        advantage = _advantage(own, other)
        gained = (advantage - advantage.shift(fill_value=0).over("game_id")).clip(lower_bound=0)
        situation, seconds = pl.col(f"{own}_situation"), pl.col("duration_s")
        sides.append(
            rows.with_columns(gained=gained)
            .group_by("game_id", maintain_order=True)
            .agg(
                side=pl.lit(own).first(),
                pp_opportunities=pl.col("gained").sum().cast(pl.Int32),
                pp_seconds=seconds.filter(situation == "PP").sum(),
                pk_seconds=seconds.filter(situation == "SH").sum(),
                empty_net_seconds=seconds.filter(~pl.col(f"{own}_goalie_on")).sum(),
            )
        )
    return pl.concat(sides)


def _attempts_of_sides(stint_attempts: pl.DataFrame, stints: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """For each side: attempts, goals and xG on its power play, and goals short-handed."""
    situations = pl.concat(
        [
            stints.select("game_id", "stint_idx", side=pl.lit(side), situation=f"{side}_situation").filter(
                pl.col("situation").is_in(["PP", "SH"])
            )
            for side in SIDES
        ]
    )
    worth = shot_xg.drop_nulls("stint_idx").group_by(_STINT).agg(pl.col("xg").sum())
    on_power_play = pl.col("situation") == "PP"
    return (
        situations.join(stint_attempts, on=_STINT)
        .join(worth, on=_STINT, how="left")
        .group_by(_SIDE)
        .agg(
            pp_goals=pl.col("goals").filter(on_power_play).sum().cast(pl.Int32),
            pp_shots=pl.col("corsi").filter(on_power_play).sum().cast(pl.Int32),
            pp_xg=pl.col("xg").filter(on_power_play).sum(),
            sh_goals=pl.col("goals").filter(~on_power_play).sum().cast(pl.Int32),
        )
    )


_SEEN_BY_OTHER: Final = {
    "pp_opportunities": "pk_opportunities",
    "pp_goals": "pk_goals_against",
    "pp_shots": "pk_shots_against",
    "pp_xg": "pk_xg_against",
    "sh_goals": "sh_goals_against",
}


@table(key=("game_id", "side"), grain="one side of one tracked game with valid stints", from_tracking=True)
def special_sides(stints: pl.DataFrame, stint_attempts: pl.DataFrame, shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Opportunities, time and attempts of each side's power play and penalty kill."""
    attempts = _attempts_of_sides(stint_attempts, stints, shot_xg)
    own = _time_of_sides(stints).join(attempts, on=_SIDE, how="left").with_columns(pl.exclude(_SIDE).fill_null(0))
    theirs = own.with_columns(other_side("side")).select(*_SIDE, *_SEEN_BY_OTHER).rename(_SEEN_BY_OTHER)
    return own.join(theirs, on=_SIDE).sort(_SIDE)


@table(
    key=("special_teams_key",),
    grain="one side of one tracked game with valid stints",
    kind="aggregate",
    from_tracking=True,
    columns=(
        c.SPECIAL_TEAMS_KEY,
        k.GAME_ID,
        k.TEAM_ID,
        k.TEAM_NAME,
        k.TEAM_VENUE,
        *c.SPECIAL_TEAMS,
        c.EMPTY_NET_SECONDS,
    ),
)
def fact_special_teams(special_sides: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """Power play and penalty kill of each side, from the players on the ice and never from the penalties called."""
    killed = pl.col("pk_opportunities") - pl.col("pk_goals_against")
    return (
        special_sides.join(game_sides.select(*_SIDE, "team_id", "team_name"), on=_SIDE, how="left")
        .sort(_SIDE)
        .with_columns(
            special_teams_key=pl.format("{}_{}", *_SIDE),
            team_venue="side",
            pp_pct=percentage("pp_goals", "pp_opportunities"),
            pk_pct=percentage(killed, "pk_opportunities"),
        )
        .select(column.name for column in fact_special_teams.columns)
    )

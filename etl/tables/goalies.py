"""The per-game lines of goalies."""

from typing import Final

import polars as pl

from etl.columns import boxscore as c
from etl.columns import keys as k
from etl.columns import value as v
from etl.columns.lineage import explained
from etl.columns.lineage_box_score import GOALIE_GAME
from etl.registry import table
from etl.tables.credit import PLAYER
from etl.tables.expressions import int32, other_side, ratio
from hockey.value import GOALS_PER_WIN, REPLACEMENT_PER_SHOT

_SAVE_KINDS: Final = {
    f"saves_{kind}": pl.col("save_type").is_in(codes).fill_null(value=False).sum().cast(pl.Int32)
    for kind, codes in c.SAVE_KINDS.items()
}


@table(
    key=("game_id", "player_id"),
    grain="one goalie in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def goalie_lines(
    game_goalies: pl.DataFrame,
    game_sides: pl.DataFrame,
    fact_saves: pl.DataFrame,
    fact_goals: pl.DataFrame,
    player_on_ice: pl.DataFrame,
    goalie_xg: pl.DataFrame,
) -> pl.DataFrame:
    """Saves, goals allowed, expected goals faced and time in the net of every goalie who played, without names."""
    goalie = ["game_id", "team_venue", "goalie_player_id"]
    in_net = ["game_id", "side", "player_id"]
    saved = fact_saves.drop_nulls("goalie_player_id").group_by(goalie).agg(saves=pl.len().cast(pl.Int32), **_SAVE_KINDS)
    beaten = fact_goals.drop_nulls("goalie_player_id").with_columns(other_side("team_venue"))
    allowed = beaten.group_by(goalie).agg(goals_against=pl.len().cast(pl.Int32))
    return (
        game_goalies.join(game_sides.filter("has_events"), on=["game_id", "side"])
        .join(saved, left_on=in_net, right_on=goalie, how="left")
        .join(allowed, left_on=in_net, right_on=goalie, how="left")
        .join(goalie_xg, on=in_net, how="left")
        .join(player_on_ice.select(*PLAYER, "toi_in_net"), on=PLAYER, how="left")
        .with_columns(
            pl.col("saves", "goals_against", *_FACED, *_SAVE_KINDS).fill_null(0),
            toi=pl.when("has_stints").then(pl.col("toi_in_net").fill_null(0)),
        )
        .filter(pl.sum_horizontal("saves", "goals_against", "toi") > 0)
        .sort("game_id", "team_id", "player_id")
        .unique(PLAYER, keep="first", maintain_order=True)  # who is in both nets of a game has one line
        .with_columns(shots_against=pl.col("saves") + pl.col("goals_against"), toi_seconds=int32(pl.col("toi").round()))
        .with_columns(
            team_venue="side", save_pct=ratio("saves", "shots_against"), toi_minutes=pl.col("toi_seconds") / 60
        )
    )


_SEASON: Final = pl.col("season_id").fill_null("")  # games of no season share an average
_FACED: Final = ("xg_against", "hd_shots_against", "hd_saves")
_COLUMNS: Final = (
    c.GOALIE_GAME_KEY,
    k.GAME_ID,
    k.SEASON_ID,
    k.GAME_TYPE,
    k.DATE,
    k.PLAYER_ID,
    k.PLAYER_NAME,
    k.TEAM_ID,
    k.TEAM_NAME,
    k.TEAM_VENUE,
    k.OPPONENT_TEAM_ID,
    k.OPPONENT_TEAM_NAME,
    c.SAVES,
    c.GOALS_AGAINST,
    c.SHOTS_AGAINST,
    c.SAVE_PCT,
    *c.SAVES_BY_KIND,
    c.GOALIE_XG_AGAINST,
    *v.GOALIE_VALUE,
    c.TOI_SECONDS,
    c.TOI_MINUTES,
)


@table(
    key=("goalie_game_key",),
    grain="one goalie in one tracked game",
    kind="aggregate",
    from_tracking=True,
    columns=explained(_COLUMNS, GOALIE_GAME),
)
def fact_goalie_game_stats(
    goalie_lines: pl.DataFrame, season_save_rate: pl.DataFrame, dim_player: pl.DataFrame
) -> pl.DataFrame:
    """Saves, goals allowed and time in the net of every goalie who played.

    Saves are the Save rows of the side tagged with the goalie. A goal is charged to the goalie beaten, to nobody on
    an empty net. `save_pct` is a fraction, 0-1.
    """
    names = dim_player.select("player_id", player_name="player_full_name")
    return (
        goalie_lines.join(season_save_rate, left_on=_SEASON, right_on="season_id", how="left", maintain_order="left")
        .join(names, on="player_id", how="left", maintain_order="left")
        .with_columns(goals_saved_above_avg=_saved_above_average())
        .with_columns(goalie_gar_total=_above_replacement())
        .with_columns(goalie_war=pl.col("goalie_gar_total") / GOALS_PER_WIN)
        .select(
            pl.format("{}_{}", "game_id", "player_id").alias("goalie_game_key"),
            *(column.name for column in _COLUMNS[1:]),
        )
    )


def _saved_above_average() -> pl.Expr:
    """As `hockey.value.goals_saved_above_average`, against all goalies of the season."""
    return pl.col("shots_against") * (1 - pl.col("save_rate")) - pl.col("goals_against")


def _above_replacement() -> pl.Expr:
    return pl.col("goals_saved_above_avg") + REPLACEMENT_PER_SHOT * pl.col("shots_against")


@table(key=("season_id",), grain="one season with shots on goal", kind="aggregate", from_tracking=True)
def season_save_rate(goalie_lines: pl.DataFrame) -> pl.DataFrame:
    """Saves of shots against over all goalies and tracked games of a season, playoffs included: the average goalie."""
    rate = ratio(pl.col("saves").sum(), pl.col("shots_against").sum())
    return goalie_lines.group_by(_SEASON).agg(save_rate=rate).sort("season_id")

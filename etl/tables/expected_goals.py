"""What each attempt was worth: the context it came from, and its expected goals by `hockey.expected_goals`."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from etl.registry import table
from etl.tables.expressions import DIGITS, other_side, side_value
from etl.tables.possession import EVENT
from etl.tables.stints import BLOCKED
from hockey.details import DETAILS
from hockey.event_types import EVENT_TYPES
from hockey.expected_goals import (
    HIGH_DANGER_XG,
    MIN_OPEN_NET,
    REBOUND_SECONDS,
    RUSH_SECONDS,
    TURNOVER_SECONDS,
    WITH_COORDINATES,
    WITHOUT_COORDINATES,
    Coefficients,
)
from hockey.rink import GOAL_LINE_X_FT

_TYPE, _DETAIL, _T = pl.col("event_type"), pl.col("detail1"), pl.col("t_start")
_HALTS: Final = ("Goal", *(t.code for t in EVENT_TYPES if t.category in {"restart", "stoppage", "course"}))
_IS_SHOT: Final = _TYPE == "Shot"
_LOST: Final = (_DETAIL == "Turnover_Giveaway").fill_null(value=False)
_WON: Final = (_DETAIL == "Turnover_Takeaway").fill_null(value=False)


@table(key=("game_id", "event_idx"), grain="one shot attempt of a side", from_tracking=True, per_game=True)
def attempt_context(plays: pl.DataFrame, possession: pl.DataFrame) -> pl.DataFrame:
    """Whether an attempt is a rebound, comes off the rush or after a turnover, and the flurry that it belongs to.

    Rebound: within 3 s of the side's attempt before. Rush: within 4 s of a rush's entry (`hockey.possession`). After a
    turnover: within 4 s of the other side's giveaway or an own takeaway. Always in one stretch of play: no whistle,
    faceoff or goal between. A flurry is an attempt and the rebounds that follow it; `flurry` is its first `event_idx`.
    """
    stretch = ["game_id", "period", "stretch", "side"]
    moments = (
        plays.lazy()
        .filter(_IS_SHOT | _LOST | _WON | _TYPE.is_in(_HALTS))
        .select("game_id", "event_idx", "period", "event_type", "detail1", "detail2", "t_start", "team")
        .sort("game_id", "event_idx")
        .with_columns(
            stretch=_TYPE.is_in(_HALTS).cum_sum(), side=pl.when(_LOST).then(other_side("team")).otherwise("team")
        )
        .filter(_IS_SHOT | _LOST | _WON, pl.col("side").is_not_null())
    )
    return (
        moments.with_columns(
            shot_t=_latest(_IS_SHOT, stretch, before=True),
            won_t=_latest(_LOST | _WON, stretch),
        )
        .filter(_IS_SHOT)
        .join(possession.lazy().select(*EVENT, "rush_s"), on=EVENT, how="left", maintain_order="left")
        .select(
            "game_id",
            "event_idx",
            *stretch[1:],
            is_rebound=_within("shot_t", REBOUND_SECONDS),
            is_rush=(pl.col("rush_s") <= RUSH_SECONDS).fill_null(value=False),
            after_turnover=_within("won_t", TURNOVER_SECONDS),
        )
        .with_columns(flurry=pl.when(~pl.col("is_rebound")).then("event_idx").forward_fill().over(stretch))
        .drop("stretch", "period", "side")
        .collect()
    )


def _latest(condition: pl.Expr, stretch: list[str], *, before: bool = False) -> pl.Expr:
    """When the condition last held in the stretch, this row included unless `before`."""
    seen = pl.when(condition).then(_T)
    return (seen.shift() if before else seen).forward_fill().over(stretch)


def _within(then: str, seconds: float) -> pl.Expr:
    return (_T - pl.col(then) <= seconds).fill_null(value=False)


# a shot tipped on its way is a tip, whatever the shot was; of a goal some trackers name the type on the Goal row only
_TIPPED: Final = ("Shot_TippedOnNetSaved", "Shot_DeflectedOnNetSaved", "Shot_OnNetTippedGoal", "Shot_Tipped")
_SCORED: Final = tuple(d.code for d in DETAILS if d.event_type == "Shot" and d.category == "goal")
_ON_GOAL: Final = tuple(d.code for d in DETAILS if d.event_type == "Shot" and d.category in {"goal", "saved"})
_NEXT_IS_ITS_GOAL: Final = (
    (_TYPE.shift(-1) == "Goal")
    & (pl.col("game_id").shift(-1) == pl.col("game_id"))
    & (pl.col("team").shift(-1) == pl.col("team"))
)
_SHOT_KIND: Final = (
    pl.when(_DETAIL.is_in(_TIPPED))
    .then(pl.lit("Tip"))
    .otherwise(
        pl.coalesce(
            pl.col("detail2").str.strip_prefix("Shot_"),
            pl.when(_NEXT_IS_ITS_GOAL).then(pl.col("detail2").shift(-1).str.strip_prefix("Goal_")),
        )
    )
)
_FACTS: Final = (
    *("event_id", "game_id", "event_idx", "period", "stint_idx"),
    pl.col("team").alias("side"),
    *("team_id", pl.col("player_1").alias("shooter_player_id"), "goalie_player_id"),
)


@table(key=("event_id",), grain="one shot attempt of a side", from_tracking=True, per_game=True)
def shot_xg(plays: pl.DataFrame, attempt_context: pl.DataFrame, stints: pl.DataFrame) -> pl.DataFrame:
    """Every attempt with its expected goals and what they were made from. The sums of all xG columns come from here.

    `side` shot; `situation` is the shooters', EN only where the net they shot at was empty. `xg` is 0 for a blocked
    attempt; `xg_flurry_adjusted` is `xg` times the chance that no earlier attempt of the flurry went in.
    """
    event = ["game_id", "event_idx"]
    nets = stints.select("game_id", "stint_idx", "home_goalie_on", "away_goalie_on")
    net_defended = side_value("defending", "goalie_on")
    return (
        plays.lazy()
        .filter(_TYPE.is_in(["Shot", "Goal"]))
        .sort(event)
        .with_columns(shot_type=_SHOT_KIND, defending=other_side("team"))
        .filter(_IS_SHOT)
        .join(attempt_context.lazy(), on=event)
        .join(nets.lazy(), on=["game_id", "stint_idx"], how="left")
        .with_columns(
            situation=pl.when(~net_defended).then(pl.lit("EN")).when(pl.col("situation") != "EN").then("situation"),
            is_unblocked=~_DETAIL.is_in(BLOCKED).fill_null(value=False),
            is_on_goal=_DETAIL.is_in(_ON_GOAL).fill_null(value=False),
            is_goal=_DETAIL.is_in(_SCORED).fill_null(value=False),
            **_place(),
        )
        .with_columns(xg=pl.when("is_unblocked").then(_chance()).otherwise(0.0))
        .sort(event)
        .with_columns(xg_flurry_adjusted=pl.col("xg") * _no_earlier_goal())
        .select(
            *_FACTS,
            "shot_type",
            "situation",
            *_FEATURES,
            "distance_ft",
            "angle_deg",
            "flurry",
            "xg",
            "xg_flurry_adjusted",
        )
        .collect()
    )


_WORTH: Final = ("distance_ft", "angle_deg", "flurry", "xg", "xg_flurry_adjusted")
_FEATURES: Final = ("is_unblocked", "is_on_goal", "is_goal", "is_rebound", "is_rush", "after_turnover")


def _place() -> dict[str, pl.Expr]:
    """Distance and angle as `distance_and_angle` has them; null without coordinates."""
    ahead, across = GOAL_LINE_X_FT - pl.col("puck_x0"), pl.col("puck_y0").abs()
    return {
        "distance_ft": (ahead**2 + across**2).sqrt(),
        "angle_deg": pl.arctan2(across, ahead).degrees(),
    }


def _chance() -> pl.Expr:
    """`hockey.expected_goals.expected_goals` of an unblocked attempt, as an expression over its features."""
    located = pl.col("distance_ft").is_not_null()
    open_net = pl.col("angle_deg").radians().cos().clip(MIN_OPEN_NET, 1.0).log()
    place = WITH_COORDINATES.distance_per_ft * pl.col("distance_ft") + WITH_COORDINATES.open_net * open_net
    log_odds = pl.when(located).then(_context(WITH_COORDINATES) + place).otherwise(_context(WITHOUT_COORDINATES))
    return 1 / (1 + (-log_odds).exp())


def _context(c: Coefficients) -> pl.Expr:
    def of(column: str, worth: Mapping[str, float]) -> pl.Expr:
        return pl.col(column).replace_strict(dict(worth), default=0.0, return_dtype=pl.Float64)

    return (
        c.intercept
        + of("shot_type", c.shot_type)
        + of("situation", c.situation)
        + c.rebound * pl.col("is_rebound")
        + c.rush * pl.col("is_rush")
        + c.after_turnover * pl.col("after_turnover")
    )


def _no_earlier_goal() -> pl.Expr:
    """The product of 1 - xG over the earlier attempts of the flurry."""
    missed = (1 - pl.col("xg")).log()
    return (missed.cum_sum().over("game_id", "team", "flurry") - missed).exp()


_SUMS: Final = {
    "xg_for": pl.col("xg").sum().round(DIGITS),
    "xg_adj": pl.col("xg_flurry_adjusted").sum().round(DIGITS),
}


@table(
    key=("game_id", "side", "player_id"),
    grain="one shooter of one side in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_xg(shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Expected goals of each shooter's own attempts, plain and flurry-adjusted."""
    shooter = ["game_id", "side", "player_id"]
    shots = shot_xg.drop_nulls("shooter_player_id").rename({"shooter_player_id": "player_id"})
    return shots.group_by(shooter).agg(**_SUMS).sort(shooter)


@table(
    key=("game_id", "side"),
    grain="one side with attempts in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def side_xg(shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Expected goals of each side's attempts, plain and flurry-adjusted, whoever shot."""
    side = ["game_id", "side"]
    return shot_xg.group_by(side).agg(**_SUMS).sort(side)


_HIGH_DANGER: Final = pl.col("is_on_goal") & (pl.col("xg") >= HIGH_DANGER_XG)
_FACED: Final = {
    "xg_against": pl.col("xg").sum().round(DIGITS),
    "hd_shots_against": _HIGH_DANGER.sum().cast(pl.Int32),
    "hd_saves": (_HIGH_DANGER & ~pl.col("is_goal")).sum().cast(pl.Int32),
}


@table(
    key=("game_id", "side", "player_id"),
    grain="one goalie of one side shot at in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def goalie_xg(shot_xg: pl.DataFrame) -> pl.DataFrame:
    """Expected goals of the attempts each goalie faced, and those of high danger on goal; `side` is the goalie's."""
    goalie = ["game_id", "side", "player_id"]
    faced = shot_xg.drop_nulls("goalie_player_id").rename({"goalie_player_id": "player_id"})
    return faced.with_columns(other_side("side")).group_by(goalie).agg(**_FACED).sort(goalie)

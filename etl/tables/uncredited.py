"""Acts that a team has and none of its skaters is credited with."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import quality as c
from etl.registry import table
from etl.tables.credit import ACTION_COUNTS, PLAYER
from etl.tables.possession import EVENT

_ACTS: Final = (
    *("goals", "shots", "pass_attempts", "pass_completed", "fo_wins", "giveaways", "takeaways", "hits"),
    *("zone_entries", "zone_exits"),
)
_REASONS: Final = {
    "of_goalies": "tagged with a goalie",
    "of_other_team": "with a number of the other team",
    "of_nobody": "with no number of a roster",
}


@table(
    key=("uncredited_key",),
    grain="one kind of act of one side of one tracked game that the box score credits in part",
    kind="qa",
    from_tracking=True,
    per_game=True,
    columns=(
        c.UNCREDITED_KEY,
        k.GAME_ID,
        k.TEAM_ID,
        k.TEAM_NAME,
        k.TEAM_VENUE,
        c.ACT,
        c.TEAM_TOTAL,
        c.CREDITED,
        c.OF_GOALIES,
        c.OF_OTHER_TEAM,
        c.OF_NOBODY,
        c.MESSAGE,
    ),
)
def qa_uncredited_acts(
    plays: pl.DataFrame, event_players: pl.DataFrame, skaters: pl.DataFrame, game_sides: pl.DataFrame
) -> pl.DataFrame:
    """Why a side's skaters have fewer of something than their team: the team's total counts whoever is named.

    An act is credited to the skater whose number is tagged first. A goalie has no line for it; a number that is only on
    the other team's roster is a slip, and nobody wins a draw for the other team; some numbers are on no roster.
    """
    side = ["game_id", "side"]
    tagged = event_players.filter((pl.col("side_role") == "event") & (pl.col("role_n") == 1))
    counted = (
        plays.filter(pl.col("team").is_not_null())
        .select(*EVENT, *_COUNTED, side="team", side_role=pl.lit("event"))
        .join(tagged.select(*EVENT, "player_id", own="team"), on=EVENT, how="left", maintain_order="left")
        .join(skaters.select(*PLAYER, skates=pl.lit(value=True)), on=PLAYER, how="left", maintain_order="left")
        .with_columns(why=_why())
        .group_by(*side, "why")
        .agg(ACTION_COUNTS[act].alias(act) for act in _ACTS)
        .unpivot(_ACTS, index=[*side, "why"], variable_name="act", value_name="n")
        .group_by(*side, "act")
        .agg(
            team_total=pl.col("n").sum(),
            **{why: pl.col("n").filter(pl.col("why") == why).sum() for why in ("credited", *_REASONS)},
        )
        .filter(pl.col("credited") < pl.col("team_total"))
        .join(game_sides.select(*side, "team_id", "team_name"), on=side, how="left")
        .sort(*side, "act")
    )
    return counted.with_columns(
        uncredited_key=pl.concat_str(*side, "act", separator="_"), team_venue="side", message=_message()
    ).select(column.name for column in qa_uncredited_acts.columns)


_COUNTED: Final = ("event_type", "detail1", "is_goal")


def _message() -> pl.Expr:
    others = pl.concat_str(
        [pl.when(pl.col(why) > 0).then(pl.format(f"{{}} {what}", why)) for why, what in _REASONS.items()],
        separator=", ",
        ignore_nulls=True,
    )
    team = pl.col("team_name").fill_null("an unknown team")
    return pl.format(
        "{} of {} {} of {} in game {} are credited to a skater; of the others {}",
        *("credited", "team_total", "act", team, "game_id", others),
    )


def _why() -> pl.Expr:
    """What becomes of an act of a side: credited, or the reason why not."""
    return (
        pl.when(pl.col("player_id").is_null())
        .then(pl.lit("of_nobody"))
        .when(pl.col("own") != pl.col("side"))
        .then(pl.lit("of_other_team"))
        .when(pl.col("skates").is_null())
        .then(pl.lit("of_goalies"))
        .otherwise(pl.lit("credited"))
    )

"""Two skaters on the ice together: team-mates (with or without you) and opponents (head to head)."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league
from etl.columns import on_ice as c
from etl.columns.lineage import explained
from etl.columns.lineage_on_ice import OPPOSED, PAIR
from etl.registry import table
from etl.tables.expressions import DIGITS, other_side, percentage

_STINT: Final = ["game_id", "shift_index"]
_SEEN: Final = {"corsi": "corsi", "goals": "goals", "xg": "on_ice_xg"}
_WAYS: Final = ("for", "against")


@table(
    key=("game_id", "shift_index", "player_id"),
    grain="one skater in one valid stint",
    from_tracking=True,
    per_game=True,
)
def skaters_on_ice(fact_shift_players: pl.DataFrame, stint_attempts: pl.DataFrame) -> pl.DataFrame:
    """Every skater of every stint, with its length and what his side and the other did in it."""
    skaters = fact_shift_players.lazy().filter(~pl.col("is_goalie"))
    counts = stint_attempts.lazy().select(
        "game_id",
        pl.col("stint_idx").cast(pl.Int32).alias("shift_index"),
        pl.col("side"),
        *(pl.col(source).cast(pl.Float64 if name == "xg" else pl.Int32).alias(name) for name, source in _SEEN.items()),
    )
    rows = skaters.select(*_STINT, "player_id", side="team_venue", seconds="shift_duration")
    for way in _WAYS:
        seen = counts if way == "for" else counts.with_columns(side=other_side("side"))
        rows = rows.join(seen.rename({n: f"{n}_{way}" for n in _SEEN}), on=[*_STINT, "side"], how="left")
    return (
        rows.with_columns(pl.col(f"{n}_{way}" for n in _SEEN for way in _WAYS).fill_null(0))
        .sort(*_STINT, "player_id")
        .collect()
    )


def _coded(skaters_on_ice: pl.DataFrame) -> pl.LazyFrame:
    """The ids as whole numbers in their order: pairs of skaters are millions of rows."""
    ids = pl.Enum(skaters_on_ice["player_id"].unique().sort())
    return skaters_on_ice.lazy().with_columns(pl.col("player_id").cast(ids))


_COUNTS: Final = [f"{name}_{way}" for name in _SEEN for way in _WAYS]


def _sums() -> list[pl.Expr]:
    """Seconds, counts and rounded expected goals of a group of stints."""
    sums = [pl.col(name).sum().round(DIGITS) if name.startswith("xg") else pl.col(name).sum() for name in _COUNTS]
    return [pl.col("seconds").sum(), *sums]


def _named(rows: pl.DataFrame, dim_player: pl.DataFrame, player: str) -> pl.DataFrame:
    names = dim_player.select(
        pl.col("player_id").alias(f"{player}_id"), pl.col("player_full_name").alias(f"{player}_name")
    )
    return rows.with_columns(pl.col(f"{player}_id").cast(pl.String)).join(
        names, on=f"{player}_id", how="left", maintain_order="left"
    )


_WOWY: Final = (
    c.WOWY_KEY,
    k.GAME_ID,
    league.HOME_TEAM_ID,
    league.AWAY_TEAM_ID,
    k.TEAM_ID,
    k.TEAM_VENUE,
    *c.PAIR,
    c.TOI_TOGETHER,
    *c.TOGETHER,
    *c.WITHOUT,
    *c.WOWY_SHARES,
)


_TOGETHER: Final = {"toi_together": pl.col("seconds"), **{f"{name}_together": pl.col(name) for name in _COUNTS}}
_APART: Final = {
    f"{label}_apart": pl.col(f"{name}_1") + pl.col(f"{name}_2") - 2 * pl.col(name)
    for label, name in (("toi", "seconds"), ("corsi_for", "corsi_for"), ("corsi_against", "corsi_against"))
}
_AT_HOME: Final = pl.col("side") == "home"
_TEAMS: Final = {
    "wowy_key": pl.format("{}_{}_{}", "game_id", "player_1_id", "player_2_id"),
    "team_venue": pl.col("side"),
    "home_team_id": pl.when(_AT_HOME).then("team_id").otherwise("opponent_team_id"),
    "away_team_id": pl.when(_AT_HOME).then("opponent_team_id").otherwise("team_id"),
}


def _share(what: str, when: str) -> pl.Expr:
    own, other = pl.col(f"{what}_for_{when}"), pl.col(f"{what}_against_{when}")
    return percentage(own, own + other)


_SHARES: Final = {
    "cf_pct_together": _share("corsi", "together"),
    "cf_pct_apart": _share("corsi", "apart"),
    "xg_pct_together": _share("xg", "together"),
}


@table(
    key=("wowy_key",),
    grain="one pair of team-mates who shared the ice in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(_WOWY, PAIR),
)
def fact_wowy(skaters_on_ice: pl.DataFrame, game_sides: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """With or without you: what happened with two team-mates on the ice together, and with one of them alone.

    By exact overlap of their stints as skaters. Apart is what each did in all, less twice what both did together.
    """
    skaters = _coded(skaters_on_ice)
    pair = ["game_id", "player_1_id", "player_2_id"]
    pairs = (
        skaters.rename({"player_id": "player_1_id"})
        .join(skaters.select(*_STINT, "side", player_2_id="player_id"), on=[*_STINT, "side"])
        .filter(pl.col("player_1_id").to_physical() < pl.col("player_2_id").to_physical())
        .group_by(pair)
        .agg(pl.col("side").min(), *_sums())  # a mistaken line-up can have two players together on either side
        .sort("game_id", "side", *pair[1:])
        .collect()
    )
    alone = skaters.group_by("game_id", "player_id").agg(_sums()).collect()
    for number in (1, 2):
        own = alone.rename(
            {name: f"{name}_{number}" for name in ("seconds", *_COUNTS)} | {"player_id": f"player_{number}_id"}
        )
        pairs = pairs.join(own, on=["game_id", f"player_{number}_id"], maintain_order="left")
    for number in (1, 2):
        pairs = _named(pairs, dim_player, f"player_{number}")
    teams = game_sides.select("game_id", "side", "team_id", "opponent_team_id")
    return (
        pairs.join(teams, on=["game_id", "side"], how="left", maintain_order="left")
        .with_columns(**_TOGETHER, **_APART, **_TEAMS)
        .with_columns(**_SHARES)
        .with_columns(cf_pct_delta=pl.col("cf_pct_together") - pl.col("cf_pct_apart"))
        .select(column.name for column in _WOWY)
    )


_OPPOSED: Final = (
    c.H2H_KEY,
    k.GAME_ID,
    league.HOME_TEAM_ID,
    league.AWAY_TEAM_ID,
    *c.OPPOSED,
    c.TOI_AGAINST,
    *c.OPPOSED_SHARES,
    *c.OPPOSED_COUNTS,
    c.HOME_CF_PCT,
)


@table(
    key=("h2h_key",),
    grain="one pair of opposing skaters who met on the ice in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(_OPPOSED, OPPOSED),
)
def fact_head_to_head(skaters_on_ice: pl.DataFrame, game_sides: pl.DataFrame, dim_player: pl.DataFrame) -> pl.DataFrame:
    """How long two opponents were on the ice against each other, and what happened meanwhile; the home skater first."""
    skaters = _coded(skaters_on_ice)
    visitors = skaters.filter(~_AT_HOME).select(*_STINT, away_player_id="player_id")
    pair = ["game_id", "home_player_id", "away_player_id"]
    met = (
        skaters.filter(_AT_HOME)
        .rename({"player_id": "home_player_id"})
        .join(visitors, on=_STINT)
        .group_by(pair)
        .agg(_sums())
        .sort(pair)
        .collect()
    )
    ice_time = skaters.group_by("game_id", "side", "player_id").agg(toi=pl.col("seconds").sum()).collect()
    for side in ("home", "away"):
        own = ice_time.filter(pl.col("side") == side).select(
            "game_id", pl.col("player_id").alias(f"{side}_player_id"), pl.col("toi").alias(f"{side}_toi")
        )
        met = met.join(own, on=["game_id", f"{side}_player_id"], maintain_order="left")
    for side in ("home", "away"):
        met = _named(met, dim_player, f"{side}_player")
    teams = game_sides.filter(_AT_HOME).select("game_id", home_team_id="team_id", away_team_id="opponent_team_id")
    return (
        met.join(teams, on="game_id", how="left", maintain_order="left")
        .with_columns(
            h2h_key=pl.format("{}_{}_{}", *pair),
            toi_against=pl.col("seconds"),
            **{f"{side}_toi_share": percentage("seconds", f"{side}_toi") for side in ("home", "away")},
            **{f"home_{name}": pl.col(f"{name}_for") for name in _SEEN},
            **{f"away_{name}": pl.col(f"{name}_against") for name in _SEEN},
        )
        .with_columns(home_cf_pct=percentage("home_corsi", pl.col("home_corsi") + pl.col("away_corsi")))
        .select(column.name for column in _OPPOSED)
    )

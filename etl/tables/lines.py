"""Lines, pairs and fives: who skated together as a unit. Quality of team-mates and opponents. Zone starts."""

from typing import Final

import polars as pl

from etl.columns import keys as k
from etl.columns import league
from etl.columns import on_ice as c
from etl.columns.lineage import explained
from etl.columns.lineage_on_ice import COMBO, QOC
from etl.columns.value import PLAYER_RATING
from etl.registry import table
from etl.tables.credit import PLAYER
from etl.tables.expressions import DIGITS, ZONE_NAMES, other_side, percentage, ratio
from formats.canonical import SIDES
from hockey.zones import MIRRORED

_STINT: Final = ["game_id", "stint_idx"]
_FORWARDS: Final = ("f1", "f2", "f3")
_DEFENDERS: Final = ("d1", "d2")
COMBOS: Final = {"forward": _FORWARDS, "defense": _DEFENDERS, "five": (*_FORWARDS, *_DEFENDERS)}
_SEEN: Final = {"goals": "goals", "corsi": "corsi", "fenwick": "fenwick", "xg": "on_ice_xg"}
_WAYS: Final = ("for", "against")
_LINES: Final = (
    c.COMBO_KEY,
    k.GAME_ID,
    c.VENUE,
    k.TEAM_ID,
    league.HOME_TEAM_ID,
    league.AWAY_TEAM_ID,
    c.COMBO_TYPE,
    c.COMBO_SIZE,
    c.FORWARD_COMBO,
    c.DEFENSE_COMBO,
    c.TOI_TOGETHER,
    c.STINT_COUNT,
    *c.COMBO_COUNTS,
    *c.COMBO_SHARES,
)


@table(
    key=("line_combo_key",),
    grain="one combination of one side that played together in one game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(_LINES, COMBO),
)
def fact_line_combos(stints: pl.DataFrame, stint_attempts: pl.DataFrame, game_sides: pl.DataFrame) -> pl.DataFrame:
    """What each forward line (3), defence pair (2) and unit of five did while together, by the slots of the stints.

    A line with an empty slot is none; an extra attacker does not break one up.
    """
    ids = pl.Enum(pl.concat([stints[name] for name in _SLOT_IDS]).drop_nulls().unique().sort())
    own, other = (stint_attempts.lazy().select(*_STINT, venue=v, **_as(way)) for v, way in _seen_by())
    on = [*_STINT, "venue"]
    sides = pl.concat([_side(stints.lazy(), side, ids) for side in SIDES])
    rows = (
        pl.concat([_units(sides.join(own, on=on, how="left").join(other, on=on, how="left"), kind) for kind in COMBOS])
        .group_by(_COMBO)
        .agg(
            *(pl.col(f"{name}_{way}").sum() for name in _SEEN for way in _WAYS),
            toi_together=pl.col("duration_s").sum(),
            stint_count=pl.len().cast(pl.Int32),
        )
        .sort(_COMBO)
        .with_columns(**{part: _joined(slots, ids) for part, slots in _PARTS.items()})
        .collect()
    )
    teams = game_sides.select("game_id", "team_id", "opponent_team_id", venue="side")
    return (
        rows.join(teams, on=["game_id", "venue"], how="left", maintain_order="left")
        .with_columns(pl.col("^xg_(for|against)$").round(DIGITS))  # before shares are made of them
        .with_columns(
            combo_size=pl.col("combo_type").replace_strict(
                {kind: len(s) for kind, s in COMBOS.items()}, return_dtype=pl.Int32
            ),
            home_team_id=pl.when(_AT_HOME).then("team_id").otherwise("opponent_team_id"),
            away_team_id=pl.when(_AT_HOME).then("opponent_team_id").otherwise("team_id"),
            line_combo_key=pl.concat_str(_KEY, separator="_", ignore_nulls=True).str.replace_all(",", "_"),
            cf_pct=percentage("corsi_for", pl.col("corsi_for") + pl.col("corsi_against")),
            xg_pct=percentage("xg_for", pl.col("xg_for") + pl.col("xg_against")),
        )
        .select(column.name for column in _LINES)
    )


_AT_HOME: Final = pl.col("venue") == "home"


def _seen_by() -> tuple[tuple[pl.Expr, str], ...]:
    """A side's counts are its own and, under the other side, those against it."""
    return (pl.col("side"), "for"), (other_side("side"), "against")


def _as(way: str) -> dict[str, pl.Expr]:
    return {
        f"{name}_{way}": pl.col(source).cast(pl.Float64 if name == "xg" else pl.Int32) for name, source in _SEEN.items()
    }


_PARTS: Final = {"forward_combo": _FORWARDS, "defense_combo": _DEFENDERS}
_KEY: Final = ["game_id", "venue", "combo_type", *_PARTS]
_COMBO: Final = ["game_id", "venue", "combo_type", *COMBOS["five"]]
_SLOT_IDS: Final = [f"{side}_{slot}_id" for side in SIDES for slot in COMBOS["five"]]


def _side(stints: pl.LazyFrame, side: str, ids: pl.Enum) -> pl.LazyFrame:
    """One side's slots as numbers in the order of the ids: the forwards' sorted in f1 to f3, the defenders' in d1, d2.

    All of a part are null when one of its slots is empty.
    """
    number = {slot: pl.col(f"{side}_{slot}_id").cast(ids).to_physical().cast(pl.Int32) for slot in COMBOS["five"]}
    parts = [_in_order([number[slot] for slot in slots]) for slots in _PARTS.values()]
    in_order = dict(zip(COMBOS["five"], (e for part in parts for e in part), strict=True))
    return stints.select(*_STINT, "duration_s", venue=pl.lit(side), **in_order)


def _in_order(numbers: list[pl.Expr]) -> list[pl.Expr]:
    """Two or three columns sorted within each row; all null where one is."""
    low, high = pl.min_horizontal(numbers), pl.max_horizontal(numbers)
    middle = [pl.sum_horizontal(numbers) - low - high] if len(numbers) == len(_FORWARDS) else []
    is_full = pl.all_horizontal(number.is_not_null() for number in numbers)
    return [pl.when(is_full).then(number) for number in (low, *middle, high)]


def _units(sides: pl.LazyFrame, kind: str) -> pl.LazyFrame:
    """The sides of stints with a whole unit of the kind; slots of no part in it are null."""
    slots = COMBOS[kind]
    others = {slot: pl.lit(None, pl.Int32) for slot in COMBOS["five"] if slot not in slots}
    return sides.drop_nulls(slots).with_columns(combo_type=pl.lit(kind), **others)


def _joined(slots: tuple[str, ...], ids: pl.Enum) -> pl.Expr:
    return pl.concat_str([pl.col(slot).cast(pl.UInt32).cat.to(ids).cast(pl.String) for slot in slots], separator=",")


_QOC: Final = (c.QOC_KEY, k.GAME_ID, k.PLAYER_ID, k.TEAM_ID, PLAYER_RATING, *c.QOC)


@table(
    key=("qoc_key",),
    grain="one skater with ice time in one tracked game",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
    columns=explained(_QOC, QOC),
)
def fact_player_qoc_summary(fact_shift_players: pl.DataFrame, game_ratings: pl.DataFrame) -> pl.DataFrame:
    """Quality of competition and of team-mates: ratings of the other skaters on the ice, by the seconds shared."""
    side = ["game_id", "shift_index", "team_venue"]
    known = pl.col("player_id").cast(pl.Enum(game_ratings["player_id"].unique().sort()))  # joins faster than text
    skaters = (
        fact_shift_players.lazy()
        .filter(~pl.col("is_goalie"))
        .select(*side, known, "team_id", "shift_duration")
        .join(game_ratings.lazy().with_columns(known), on=PLAYER, how="left")
    )
    rated = skaters.group_by(side).agg(sum=pl.col("rating").sum(), rated=pl.col("rating").count())
    opponents = rated.with_columns(other_side("team_venue")).rename({"sum": "opp_sum", "rated": "opp_rated"})
    mates, mates_sum = pl.col("rated") - pl.col("rating").is_not_null(), pl.col("sum") - pl.col("rating").fill_null(0)
    seconds = pl.col("shift_duration")
    return (
        skaters.join(rated, on=side, how="left")
        .join(opponents, on=side, how="left")
        .group_by(PLAYER)
        .agg(
            avg_opp_rating=_mean((seconds * pl.col("opp_sum")).sum(), (seconds * pl.col("opp_rated")).sum()),
            avg_own_rating=_mean((seconds * mates_sum).sum(), (seconds * mates).sum()),
            shifts_tracked=pl.len().cast(pl.Int32),
            team_id=pl.col("team_id").min(),
            player_rating=pl.col("rating").first(),
        )
        .with_columns(
            qoc_key=pl.format("{}_{}", *PLAYER),
            player_id=pl.col("player_id").cast(pl.String),
            rating_diff=pl.col("avg_own_rating") - pl.col("avg_opp_rating"),
        )
        .sort(PLAYER)
        .select(column.name for column in _QOC)
        .collect()
    )


def _mean(weighted: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    return ratio(weighted, seconds).round(DIGITS)


_ZONES: Final = tuple(ZONE_NAMES.values())
_OTHER_END: Final = {ZONE_NAMES[zone]: ZONE_NAMES[there] for zone, there in MIRRORED.items()}


@table(
    key=("game_id", "player_id"),
    grain="one skater who began a shift by a faceoff",
    kind="aggregate",
    from_tracking=True,
    per_game=True,
)
def player_zone_starts(stint_faceoffs: pl.DataFrame, fact_shift_players: pl.DataFrame) -> pl.DataFrame:
    """Real shifts of a skater that a faceoff began, by its zone as the skater's side sees it."""
    starts = stint_faceoffs.select("game_id", "faceoff_zone", shift_index=pl.col("stint_idx").cast(pl.Int32))
    begun = fact_shift_players.filter(pl.col("is_first_segment") & ~pl.col("is_goalie"))
    seen = pl.col("faceoff_zone")
    zone = pl.when(pl.col("team_venue") == "home").then(seen).otherwise(seen.replace(_OTHER_END))
    return (
        begun.join(starts, on=["game_id", "shift_index"])
        .with_columns(zone=zone)
        .group_by(PLAYER)
        .agg((pl.col("zone") == name).sum().cast(pl.Int32).alias(f"zone_starts_{name.lower()}") for name in _ZONES)
        .sort(PLAYER)
    )

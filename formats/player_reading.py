"""The players of an event: their roles, who they are, and what they did."""

from typing import Final

import polars as pl

from formats.flags import flags_of, quoted
from formats.lookup import looked_up, with_rule
from formats.roster_reading import numbers
from hockey import aliases

_KEY: Final = ["game_id", "event_idx"]
_OTHER: Final = {"home": "away", "away": "home"}
_MANY_ROWS: Final = 100
_FEW_OPPONENTS: Final = 0.05
_FEW_DETAILS: Final = 0.01  # a file that lost them still has its assists; whole ones have a detail on 25-50 % of rows
_MOST_PRESSERS: Final = 2  # the flag counts pressers; anything above is a jersey


def read_players(raw: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The event players with typed columns, before it is known who they are; in order, plus `event_no`.

    A role that cannot be read takes its side from the player's team; `role_n` is then null.
    """
    of_events = events.select("game_id", "event_no", "event_idx", event_team="team")
    players = raw.join(of_events, on=["game_id", "event_no"], how="inner", maintain_order="left")
    players = with_rule(players, ["role"], _role, {"side_role": pl.String, "role_n": pl.Int64})
    for detail in ("play_detail1", "play_detail2"):
        players = with_rule(
            players.rename({detail: f"raw_{detail}"}),
            [f"raw_{detail}"],
            aliases.play_detail,
            {detail: pl.String, f"kind_of_{detail}": pl.String},
        )
    return players.with_columns(
        written_team=looked_up(players, "team", aliases.side, pl.String),
        jersey_num=looked_up(players, "jersey", aliases.whole_number, pl.Int64),
        given_id=pl.col("player_id").str.strip_chars(),
        recovery_kind=pl.coalesce("kind_of_play_detail1", "kind_of_play_detail2"),
        play_success=looked_up(players, "play_success", aliases.play_truth, pl.Boolean),
        side_of_puck=looked_up(players, "side_of_puck", _side_of_puck, pl.String),
        pressure_n=looked_up(players, "pressure", aliases.whole_number, pl.Int64),
        pressured_by_n=looked_up(players, "pressured_by", aliases.whole_number, pl.Int64),
    ).with_columns(_pressure())


def _role(raw: str | None) -> tuple[str | None, int | None]:
    return aliases.role(raw) or (None, None)


def _side_of_puck(raw: str | None) -> str | None:
    word = (raw or "").strip().capitalize()
    return word if word in {"Offensive", "Defensive"} else None


def _pressure() -> list[pl.Expr]:
    """Older trackers mark pressure with 1 or 2, newer ones with the jersey of the presser; a file has one of them."""
    by_jersey = ((pl.col("pressure_n").max() > _MOST_PRESSERS) | pl.col("pressured_by_n").is_not_null().any()).over(
        "game_id"
    )
    marks = pl.col("pressure_n").is_not_null().any().over("game_id")
    return [
        pl.when(marks).then((pl.col("pressure_n") > 0).fill_null(value=False)).alias("pressured"),
        pl.coalesce("pressured_by_n", pl.when(by_jersey).then("pressure_n")).alias("pressured_by"),
    ]


def resolve_players(
    players: pl.DataFrame, events: pl.DataFrame, rosters: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Who each event player is, with unique roles; key game_id, event_idx, side_role, role_n. And the flags.

    In this order: the id, if on a roster; the number on the side that the role implies; on the side written; on the
    other side (flag `wrong_side`); nobody (flag `unknown_player`). The same player twice on one side of an event
    counts once, in his lower role (flag `dup_player`).
    """
    teams = events.select(*_KEY, event_team="team")
    sided = players.drop("event_team").join(teams, on=_KEY, how="left", maintain_order="left")
    sided = sided.with_columns(side_role=pl.coalesce("side_role", _role_by_team()))
    role_side = pl.when(pl.col("side_role") == "event").then("event_team").otherwise(_other("event_team"))
    candidates = _candidates(sided.with_columns(role_side=pl.coalesce(role_side, "written_team")), rosters)
    known = candidates.with_columns(_identity()).with_columns(_wrong_side())
    unique, repeated = _once_per_side(known)
    who = pl.concat_str(pl.lit("number "), quoted("jersey"), pl.lit(" as "), quoted("role"))
    flags = [
        flags_of(
            unique.filter("is_wrong_side"), "wrong_side", pl.concat_str(who, pl.lit(" wears it on the other team"))
        ),
        flags_of(
            unique.filter(pl.col("match") == "none"), "unknown_player", pl.concat_str(who, pl.lit(" is on no roster"))
        ),
        flags_of(repeated, "dup_player", pl.concat_str(who, pl.lit(" stands there a second time"))),
    ]
    return _numbered(unique), pl.concat(flags)


def _other(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(_OTHER, default=None, return_dtype=pl.String)


def _role_by_team() -> pl.Expr:
    opponent = (pl.col("written_team") != pl.col("event_team")).fill_null(value=False)
    return pl.when(opponent).then(pl.lit("opp")).otherwise(pl.lit("event"))


def _candidates(players: pl.DataFrame, rosters: pl.DataFrame) -> pl.DataFrame:
    """Each player with the sides and ids that his id and number could mean."""
    by_id = rosters.select("game_id", given_id="player_id", id_side="side")
    found = players.join(by_id, on=["game_id", "given_id"], how="left", maintain_order="left")
    worn = numbers(rosters)
    for side in _OTHER:
        of_side = worn.filter(pl.col("side") == side).select("game_id", "jersey_num", pl.col("player_id").alias(side))
        found = found.join(of_side, on=["game_id", "jersey_num"], how="left", maintain_order="left")
    return found


def _on(side: pl.Expr) -> pl.Expr:
    """The player who wears the number on that side."""
    return pl.when(side == "home").then("home").when(side == "away").then("away")


def _identity() -> list[pl.Expr]:
    role_side, written, other = pl.col("role_side"), pl.col("written_team"), _other("role_side")
    ways = [
        ("id", pl.when(pl.col("id_side").is_not_null()).then("given_id"), pl.col("id_side")),
        ("role_side", _on(role_side), role_side),
        ("team_side", _on(written), written),
        ("other_side", _on(other), other),
    ]
    match, team = pl.lit("none"), pl.coalesce("role_side", "written_team")
    for name, player, side in reversed(ways):
        match = pl.when(player.is_not_null()).then(pl.lit(name)).otherwise(match)
        team = pl.when(player.is_not_null()).then(side).otherwise(team)
    return [
        pl.coalesce(player for _, player, _ in ways).alias("player_id"),
        match.alias("match"),
        team.alias("team"),
    ]


def _wrong_side() -> pl.Expr:
    misplaced = (pl.col("match") != "none") & (pl.col("team") != pl.col("role_side"))
    return misplaced.fill_null(value=False).alias("is_wrong_side")


def _once_per_side(players: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per player and side of an event, the one with the lowest role; and the rows left out."""
    person = pl.coalesce(
        "player_id", pl.concat_str(pl.lit("#"), "jersey"), pl.concat_str(pl.lit("?"), pl.col("order").cast(pl.String))
    )
    ranked = players.with_columns(person=person).sort(
        *_KEY, "side_role", "role_n", "order", nulls_last=True, maintain_order=True
    )
    first = ranked.select(pl.struct(*_KEY, "side_role", "person").is_first_distinct()).to_series()
    return ranked.filter(first), ranked.filter(~first)


def _numbered(players: pl.DataFrame) -> pl.DataFrame:
    """Roles made unique: a second holder of a role, and a player without one, follow after the highest."""
    group = [*_KEY, "side_role"]  # the rows are in the order of these and of the role
    repeats = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in (*group, "role_n"))
    placed = players.with_columns(is_placed=~repeats & pl.col("role_n").is_not_null())
    if not placed["is_placed"].all():
        extra = pl.col("role_n").max().over(group).fill_null(0) + pl.col("is_placed").not_().cum_sum().over(group)
        placed = placed.with_columns(role_n=pl.when("is_placed").then("role_n").otherwise(extra))
    return placed.sort(*_KEY, "order", maintain_order=True)


def missing_flags(players: pl.DataFrame) -> pl.DataFrame:
    """Flags of files that lost nearly all opponents, or all play details, of a whole game."""
    per_game = players.group_by("game_id", maintain_order=True).agg(
        opponents=(pl.col("side_role") == "opp").mean(),
        details=pl.any_horizontal(pl.col("play_detail1", "play_detail2").is_not_null()).sum(),
        count=pl.len(),
    )
    no_details = per_game.filter(pl.col("details") < _FEW_DETAILS * pl.col("count"), pl.col("count") > _MANY_ROWS)
    return pl.concat(
        [
            flags_of(
                per_game.filter(pl.col("opponents") < _FEW_OPPONENTS), "opp_missing", "nearly no opponent is named"
            ),
            flags_of(no_details, "playdetail_missing", "nearly no player has a play detail"),
        ]
    )

"""The event team where the file does not say it: the side whose players have the event roles."""

from typing import Final

import polars as pl

from formats.canonical import SIDES
from formats.flags import flags_of, quoted
from formats.roster_reading import numbers
from formats.stint_reading import PLACES
from formats.team_names import name_key
from hockey.event_types import WITHOUT_PLAYERS

_KEY: Final = ["game_id", "event_idx"]


def with_teams(
    events: pl.DataFrame, players: pl.DataFrame, rosters: pl.DataFrame, stints: pl.DataFrame
) -> pl.DataFrame:
    """The events with `team` filled where it is null: by the event players, else the opponents, else the chain.

    A number that both sides wear has no voice, unless the name with it, or who is on the ice, tells the two apart:
    `events` have their `stint_idx`. Marks without players stay without a team.
    """
    teamless = events.filter(_lacks_team()).select(_KEY)
    if teamless.is_empty():
        return events
    asked = players.join(events.filter(_lacks_team()).select(*_KEY, "stint_idx"), on=_KEY)
    asked = asked.with_columns(name=name_key("full_name"))
    voices = {
        "by_roster": numbers(rosters).select("game_id", "jersey_num", "side"),
        "by_name": rosters.select("game_id", "side", name=name_key("full_name")).drop_nulls(),
        "on_ice": _on_ice(stints),
    }
    voted = events.with_columns(was_lacking=_lacks_team())
    for voice, worn in voices.items():
        votes = _votes(asked, _only_side(worn)).rename({"voted": voice})
        voted = voted.join(votes, on=_KEY, how="left", maintain_order="left")
    voted = voted.with_columns(known=pl.coalesce("team", *voices))
    chain = ["game_id", "chain"]
    neighbours = pl.col("known").backward_fill().over(chain), pl.col("known").forward_fill().over(chain)
    chained = pl.when(pl.col("chain").is_not_null()).then(pl.coalesce(neighbours))
    team = pl.when("was_lacking").then(pl.coalesce("known", chained)).otherwise("team")
    return voted.with_columns(team=team).drop(*voices, "was_lacking", "known")


def _lacks_team() -> pl.Expr:
    return pl.col("team").is_null() & ~pl.col("event_type").is_in(WITHOUT_PLAYERS)


def team_flags(events: pl.DataFrame) -> pl.DataFrame:
    """A flag `team_unknown` for each event whose side nothing tells: both sides wear its numbers, on the ice too."""
    message = pl.concat_str(pl.lit("nothing tells whose "), quoted("raw_type"), pl.lit(" it was"))
    return flags_of(events.filter(_lacks_team()), "team_unknown", message)


def _only_side(worn: pl.DataFrame) -> pl.DataFrame:
    """The numbers, or names, that one side alone has, with that side: of all players, or of those in a stint."""
    sides = worn.group_by(pl.exclude("side")).agg(pl.col("side").unique())
    return sides.filter(pl.col("side").list.len() == 1).with_columns(pl.col("side").list.first())


def _on_ice(stints: pl.DataFrame) -> pl.DataFrame:
    """The numbers in the slots of each stint; columns game_id, stint_idx, jersey_num, side."""
    stint = ["game_id", "stint_idx"]
    slots = stints.select(*stint, *PLACES).unpivot(index=stint, variable_name="place", value_name="jersey_num")
    side = pl.col("place").str.slice(0, len(SIDES[0]))
    return slots.filter(pl.col("jersey_num").is_not_null()).select(*stint, "jersey_num", side=side)


def _votes(players: pl.DataFrame, only: pl.DataFrame) -> pl.DataFrame:
    """The side that each event belongs to by its players, as `voted`; key game_id, event_idx.

    Of an opponent on the away side the event team is home; opponents are asked where the event players are silent.
    """
    is_opponent = pl.col("side_role") == "opp"
    counted = (
        players.join(only, on=[column for column in only.columns if column != "side"])
        .with_columns(
            lean=pl.when((pl.col("side") == "home") ^ is_opponent.fill_null(value=False)).then(1).otherwise(-1)
        )
        .group_by(_KEY)
        .agg(
            own=pl.col("lean").filter(~is_opponent.fill_null(value=False)).sum(),
            opposing=pl.col("lean").filter(is_opponent).sum(),
        )
        .with_columns(lean=pl.when(pl.col("own") != 0).then("own").otherwise("opposing"))
    )
    home, away = pl.col("lean") > 0, pl.col("lean") < 0
    return counted.select(*_KEY, voted=pl.when(home).then(pl.lit("home")).when(away).then(pl.lit("away")))

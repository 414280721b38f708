"""What the numbers of the warehouse's views are made from: the terms in which the views are declared.

A view's own text (`sql/views`) is what the database computes; the declarations say the same in the terms of
`snapshot.lineage`, so that a number of a view leads to the rows of tables that it comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from snapshot.lineage import Condition, Part, Parts, Top, equal, own


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A number of a view that no row of its base holds: what the parts come to, rounded to `digits` where it is.

    Null where `null_without`, a part, has no row.
    """

    meaning: str
    made_from: Parts
    type: Literal["integer", "numeric"] = "integer"
    digits: int | None = None
    null_without: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: each row of it stands for a row, or a group of rows, of the table `base` that fits `where`.

    `key` maps the columns that a row is named by to those of the base; `same` maps columns to the base's column that
    they repeat; `derived` are the others that are numbers. `is_current` keeps the season that began last, `top` the
    first rows only.
    """

    name: str
    base: str
    key: Mapping[str, str]
    where: tuple[Condition, ...] = ()
    is_current: bool = False
    top: Top | None = None
    same: Mapping[str, str]
    derived: Mapping[str, Derived]


def named(names: str, **renamed: str) -> dict[str, str]:
    """Columns that have the name that they have in the base, and those that have another."""
    return {name: name for name in names.split()} | renamed


SKATERS: Final = "fact_player_season_stats_basic"
GOALIES: Final = "fact_goalie_season_stats_basic"
TEAMS: Final = "fact_team_season_stats_basic"
ALL: Final = equal(game_type="All")
PLAYED: Final = Condition(column="games_played", op="gt", value=0)
SEASON: Final = own("season_id")
RECORD: Final = "games_played wins losses ties"


def rows_of(table: str, *where: Condition, quantity: str | None = None, top: Top | None = None) -> Parts:
    """The rows of a table that fit, counted or their quantity summed."""
    return (Part(table=table, where=where, quantity=quantity, top=top),)


def rank(table: str, key: str, where: tuple[Condition, ...], *by: str, lowest_first: bool = False) -> Derived:
    """1 and a row for each that is better: by the first column, where equal by the next; nulls come last."""
    better: list[Part] = []
    for n, column in enumerate(by):
        level = (*where, *own(*by[:n]))
        ahead = Condition(column=column, op="lt" if lowest_first else "gt", row=column)
        known, unknown = (Condition(column=column, op=op) for op in ("is_not_null", "is_null"))
        better += [
            Part(table=table, where=(*level, ahead)),
            Part(table=table, where=(*level, known), given=(unknown,)),
        ]
    order = " and ".join(by)
    return Derived(
        meaning=f"Rank by {order}, {'lowest' if lowest_first else 'highest'} first; equal rows share one.",
        made_from=(*rows_of(table, *own(key)), *better),
    )

"""Which tables are made game by game, which before and which after them; and which games are made together.

A table that is not `per_game` and needs nothing that was tracked event by event comes early; all other league-wide
tables come late, and read what the games gave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from hashlib import blake2b
from typing import Final

import polars as pl

from etl.extraction_reading import HEAVY
from etl.registry import InvalidRegistry, Registry

GAMES_TOGETHER: Final = 64  # on average; more games together cost less time and more memory
GAMES_TOGETHER_IN_A_SEASON: Final = 16  # a run of one process, whose memory a server beside it may need
_PEOPLE: Final = ("players", "dim_player")


@dataclass(frozen=True, slots=True)
class Partition:
    """The three parts of a registry, in the order in which they are built."""

    early: Registry
    of_games: Registry
    late: Registry

    @property
    def handed_on(self) -> dict[str, tuple[str, ...] | None]:
        """The tables of games that late tables read, with the columns that suffice; None where all are needed."""
        found: dict[str, tuple[str, ...] | None] = {}
        for declared in self.late.tables.values():
            for name in declared.inputs:
                if name in self.of_games.tables:
                    columns, before = declared.reads.get(name), found.get(name, ())
                    found[name] = None if columns is None or before is None else tuple(sorted({*columns, *before}))
        return found

    @property
    def needed_by_games(self) -> list[str]:
        """What the tables of games read besides each other and the heavy frames: early tables and sources."""
        read = {name for declared in self.of_games.tables.values() for name in declared.inputs}
        return sorted(read - self.of_games.tables.keys() - set(HEAVY))


def partition(registry: Registry) -> Partition:
    """The parts of a registry.

    Raises:
        InvalidRegistry: a table is declared per game and reads a table of the league that needs tracked events.
    """
    tables, late = registry.tables, set[str]()
    for name in TopologicalSorter(
        {t.name: [i for i in t.inputs if i in tables] for t in tables.values()}
    ).static_order():
        declared = tables[name]
        if declared.per_game and (wanted := next((i for i in declared.inputs if i in late), None)):
            raise InvalidRegistry(f"{name} is per game and may not read {wanted}, which is made from all games")
        tracked = (i in late or i in HEAVY or (i in tables and tables[i].per_game) for i in declared.inputs)
        if not declared.per_game and any(tracked):
            late.add(name)
    return Partition(
        Registry(t for t in tables.values() if not t.per_game and t.name not in late),
        Registry(t for t in tables.values() if t.per_game),
        Registry(t for t in tables.values() if t.name in late),
    )


def batches(game_ids: Sequence[int], together: int = GAMES_TOGETHER) -> list[tuple[int, ...]]:
    """The games in batches of half to twice `together`, in order.

    Where a batch ends is decided by the games' own numbers, so that a new game changes the batch it falls into and
    seldom another. A league without games has one empty batch, which gives every table its columns.
    """
    least, most = max(together // 2, 1), together * 2
    found, batch = [], list[int]()
    for number in sorted(game_ids):
        batch.append(number)
        ends = len(batch) >= least and _mark(number) % max(least, 1) == 0
        if ends or len(batch) >= most:
            found.append(tuple(batch))
            batch = []
    return [*found, tuple(batch)] if batch or not found else found


def _mark(number: int) -> int:
    return int.from_bytes(blake2b(str(number).encode(), digest_size=8).digest())


def of_games(sources: Mapping[str, object], game_ids: Iterable[int], people: pl.DataFrame) -> dict[str, object]:
    """What some games see of each source: the rows of the games, of the people in them, or everything."""
    ids = list(game_ids)
    named = people.filter(pl.col("game_id").is_in(ids))["player_id"].unique().to_list()
    return {name: _seen(name, source, ids, named) for name, source in sources.items()}


def _seen(name: str, source: object, game_ids: list[int], people: list[str]) -> object:
    if not isinstance(source, pl.DataFrame):
        return source
    if "game_id" in source.columns:
        return source.filter(pl.col("game_id").is_in(game_ids))
    return source.filter(pl.col("player_id").is_in(people)) if name in _PEOPLE else source

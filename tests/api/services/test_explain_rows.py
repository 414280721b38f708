"""Every number that says what it was made from is what its rows come to, in a league with the usual flaws."""

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import pytest

from api.services.explain_rows import find
from etl.tables.catalog import league_tables
from snapshot.layout import DataDir
from snapshot.manifest import Manifest
from snapshot.reader import Snapshot, published
from tests.demo_league import flawed_league  # noqa: F401 - a fixture

EXPLAINED = [(t.name, c.name) for t in league_tables().published for c in t.columns if c.made_from]
MOST_ROWS = 200  # of seasons and careers; the lines of games are all looked at
ROUNDED = {"toi_seconds"}  # the sum of exact seconds, in whole ones


@dataclass
class InMemory:
    """A snapshot whose tables are read once."""

    snapshot: Snapshot
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    @cached_property
    def manifest(self) -> Manifest:
        return self.snapshot.manifest

    def scan(self, table: str) -> pl.LazyFrame:
        if table not in self.frames:
            self.frames[table] = self.snapshot.read(table)
        return self.frames[table].lazy()


@pytest.fixture(scope="module")
def flawed(flawed_league: DataDir) -> InMemory:  # noqa: F811
    snapshot = published(flawed_league)
    assert snapshot is not None
    return InMemory(snapshot)


@pytest.mark.parametrize(("table", "name"), EXPLAINED, ids=lambda part: part)
def test_the_rows_come_to_the_number(flawed: InMemory, table: str, name: str) -> None:
    column = next(c for c in flawed.manifest.table(table).columns if c.name == name)
    rows = flawed.scan(table).collect()
    if rows.height > MOST_ROWS:
        most = rows.sort(name, descending=True, nulls_last=True).head(MOST_ROWS // 2)
        rows = pl.concat([most, rows.sample(MOST_ROWS // 2, seed=1)])
    wrong, found_any = [], False
    for row in rows.iter_rows(named=True):
        found = find(flawed, row, column.made_from)  # type: ignore[arg-type] # all that is asked of a snapshot
        amount, value = sum(part.amount for part in found), row[name]
        found_any |= any(part.rows.height for part in found)
        tolerance = 0.5001 if name in ROUNDED else 0
        if value is not None and abs(amount - value) > tolerance:
            wrong.append((row, amount))
    assert wrong == []
    assert found_any


def test_what_has_to_be_explained_is() -> None:
    """The numbers that the product promises to explain."""
    skater = {"goals", "assists", "points", "plus_minus", "sog", "shots", "corsi_for", "corsi_against", "toi_seconds"}
    wanted = {("fact_player_game_stats", name) for name in skater}
    wanted |= {("fact_goalie_game_stats", name) for name in ("saves", "goals_against", "shots_against", "toi_seconds")}
    wanted |= {("fact_team_game_stats", n) for n in ("goals", "sog", "shots", "saves", "corsi_for", "corsi_against")}
    assert wanted - set(EXPLAINED) == set()

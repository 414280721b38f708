"""The quality gate: named facts that must hold, and what to do with games that cannot be used.

A check is a function of tables that returns the offending rows. `block` is for what only our code can break and stops
the publication; `warn` for what input can cause, told per game in qa_check_results.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.columns import quality as c
from etl.partition import partition
from etl.registry import Registry, Table, table
from snapshot.manifest import Check as ManifestCheck
from snapshot.manifest import CheckLevel, Reference

_MAX_EXAMPLE: Final = 300


class Blocked(RuntimeError):
    """A check that must hold does not; nothing is published."""


@dataclass(frozen=True, slots=True)
class Check:
    """A declared check: an intermediate table of offending rows, and what it means when there are any.

    `is_structural` ones stay in force for a lenient run: a database would refuse what they find.
    """

    table: Table
    level: CheckLevel
    is_structural: bool = False

    def __call__(self, *args: object, **tables: object) -> pl.DataFrame:
        """The offending rows."""
        return self.table(*args, **tables)

    def result(self, offending: pl.DataFrame, *, lenient: bool) -> "CheckResult":
        """What these offending rows mean; `lenient` turns hockey checks into warnings."""
        level: CheckLevel = "warn" if lenient and not self.is_structural else self.level
        return CheckResult(self.table.name, level, self.table.description, offending)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found."""

    name: str
    level: CheckLevel
    description: str
    offending: pl.DataFrame

    def to_manifest(self) -> ManifestCheck:
        """The result as the manifest keeps it."""
        return ManifestCheck(
            name=self.name, level=self.level, description=self.description, offending_rows=self.offending.height
        )

    def __str__(self) -> str:
        rows = "row offends" if self.offending.height == 1 else "rows offend"
        return (
            f"{self.name}: {self.offending.height} {rows}, for example {_in_words(self.offending.row(0, named=True))}"
        )


def check(level: CheckLevel, *, per_game: bool = False) -> Callable[[Callable[..., pl.DataFrame]], Check]:
    """Declare a check: a function of tables that returns the offending rows, with `game_id` where they have one.

    A `per_game` one finds the rows of a game from the rows of that game alone.
    """
    declare = table(key=(), grain="one offending row", kind="qa", per_game=per_game)
    return lambda function: Check(declare(function), level)


def reference_checks(registry: Registry) -> list[Check]:
    """A check per published table: every foreign key names a row."""
    late = partition(registry).late.tables
    checks = []
    for declared in registry.published:
        to_league = [r for r in declared.references if declared.per_game and r.table in late]
        rest = [r for r in declared.references if r not in to_league]
        checks += [_references(declared, rest, "references_of_", per_game=declared.per_game)] if rest else []
        checks += [_references(declared, to_league, "league_references_of_", per_game=False)] if to_league else []
    return [Check(found, "block", is_structural=True) for found in checks]


def demand(results: Iterable[CheckResult]) -> None:
    """Pass when every blocking check holds.

    Raises:
        Blocked: names those that do not, each with an example.
    """
    broken = [str(result) for result in results if result.level == "block" and result.offending.height]
    if broken:
        raise Blocked("; ".join(broken))


def _references(declared: Table, references: Sequence[Reference], prefix: str, *, per_game: bool) -> Table:
    def lost(**tables: pl.DataFrame) -> pl.DataFrame:
        missing = []
        for reference in references:
            there = tables[reference.table][reference.references].to_frame("value")
            here = tables[declared.name][reference.column].drop_nulls().unique().to_frame("value")
            gone = here.join(there, on="value", how="anti")
            missing.append(gone.select(column=pl.lit(reference.column), value=pl.col("value").cast(pl.String)))
        return pl.concat(missing)

    return Table(
        name=f"{prefix}{declared.name}",
        description=f"Every foreign key of {declared.name} names a row.",
        inputs=tuple(dict.fromkeys([declared.name, *(reference.table for reference in references)])),
        function=lost,
        key=(),
        grain="one value that names nothing",
        kind="qa",
        per_game=per_game,
        reads={declared.name: tuple(reference.column for reference in references)},
    )


@table(
    key=("check_key",),
    grain="one check that rows of one game (or of the league) offend",
    kind="qa",
    columns=(c.CHECK_KEY, c.CHECK, c.LEVEL, c.ANY_GAME_ID, c.OFFENDING, c.EXAMPLE),
)
def qa_check_results(check_results: tuple[CheckResult, ...]) -> pl.DataFrame:
    """The facts that do not hold, per game, with an example. Empty in a league without flaws."""
    schema = {column.name: column.frame_type for column in qa_check_results.columns}
    rows = [row for result in check_results for row in _rows_of(result)]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("check_key")


def _rows_of(result: CheckResult) -> list[tuple[object, ...]]:
    found = result.offending
    if "game_id" not in found.columns:
        found = found.with_columns(game_id=pl.lit(None, pl.Int64))
    return [
        (
            f"{result.name}_{'league' if game is None else game}",
            result.name,
            result.level,
            game,
            rows.height,
            _in_words(rows.row(0, named=True)),
        )
        for (game,), rows in found.sort(found.columns).group_by("game_id", maintain_order=True)
    ]


def _in_words(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)[:_MAX_EXAMPLE]


CHECK_RESULTS: Final = Registry([qa_check_results])

"""The quality gate: named facts that must hold, and what to do with games that cannot be used.

A check is a function of tables that returns the offending rows. `block` is for what only our code can break and stops
the publication; `warn` for what input can cause, told per game in qa_check_results.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from etl.columns import quality as c
from etl.registry import Registry, Table, table
from snapshot.manifest import Check as ManifestCheck
from snapshot.manifest import CheckLevel

_MAX_EXAMPLE: Final = 300


class Blocked(RuntimeError):
    """A check that must hold does not; nothing is published."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A declared check. A hockey check is one that `lenient` turns into a warning."""

    function: Callable[..., pl.DataFrame]
    level: CheckLevel

    @cached_property
    def name(self) -> str:
        """The function's name, which says the fact."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """The function's documentation."""
        return inspect.getdoc(self.function) or ""

    def __call__(self, *args: pl.DataFrame, **tables: pl.DataFrame) -> pl.DataFrame:
        """The offending rows."""
        return self.function(*args, **tables)


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


def check(level: CheckLevel) -> Callable[[Callable[..., pl.DataFrame]], Check]:
    """Declare a check."""
    return lambda function: Check(function=function, level=level)


def run_checks(
    checks: Iterable[Check], registry: Registry, frames: Mapping[str, pl.DataFrame], *, lenient: bool
) -> list[CheckResult]:
    """All results: the references of every published table, then the checks. `lenient` makes hockey checks warn."""
    results = [_references(declared, frames) for declared in registry.published if declared.references]
    for declared in checks:
        offending = declared(*(frames[name] for name in inspect.signature(declared.function).parameters))
        level: CheckLevel = "warn" if lenient else declared.level
        results.append(CheckResult(declared.name, level, declared.description, offending))
    return results


def demand(results: Iterable[CheckResult]) -> None:
    """Pass when every blocking check holds.

    Raises:
        Blocked: names those that do not, each with an example.
    """
    broken = [str(result) for result in results if result.level == "block" and result.offending.height]
    if broken:
        raise Blocked("; ".join(broken))


def _references(declared: Table, frames: Mapping[str, pl.DataFrame]) -> CheckResult:
    """Rows whose foreign key names no row of the other table. Never lenient: a database would refuse them."""
    missing = []
    for reference in declared.references:
        there = frames[reference.table].select(pl.col(reference.references).alias("value"))
        here = frames[declared.name].select(value=reference.column).drop_nulls().unique()
        lost = here.join(there, on="value", how="anti")
        missing.append(lost.select(column=pl.lit(reference.column), value=pl.col("value").cast(pl.String)))
    about = f"Every foreign key of {declared.name} names a row."
    return CheckResult(f"references_of_{declared.name}", "block", about, pl.concat(missing))


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

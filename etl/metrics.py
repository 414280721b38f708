"""Formulas and sources of every metric: docs/metrics.md, written from the declarations. `python -m etl.metrics`."""

import inspect
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from etl.columns.column import Column
from etl.registry import Table
from etl.tables.catalog import league_tables
from snapshot.lineage import in_words

PATH: Final = Path(__file__).resolve().parents[1] / "docs" / "metrics.md"
_NUMBERS: Final = frozenset({"integer", "numeric"})
_PLACES: Final = frozenset({"period"})  # numbers that say where, not how much
_HEAD: Final = """# Metrics

Every number that is counted or computed, with its formula and, where it is somebody's definition, its source; written
from the declarations by `python -m etl.metrics`. A formula is in terms of columns of the same row, or of the rows of a
published table. `GET /api/explain/{table}/{key}/{column}` applies it to one number and shows the rows behind it, and
explains the numbers of the warehouse's views by the tables that they read.
Conventions: percentages are 0-100 but for `save_pct`, a fraction; "per 60" is per hour of ice time; a quotient without
anything to divide by is null, not 0. Corsi counts every shot attempt, Fenwick leaves the blocked ones out; an attempt
belongs to the players of the stint that was on the ice at its time ([tables](tables.md), fact_shifts).
"""


def is_metric(declared: Table, column: Column) -> bool:
    """Whether a column is a metric: whatever has a formula, and each number of a table that counts or computes."""
    is_number = column.sql_type in _NUMBERS and not column.references
    counted = declared.kind == "aggregate" and is_number and column.name not in {*declared.key, *_PLACES}
    return counted or bool(column.formula or column.made_from)


def rule(column: Column) -> str | None:
    """How a metric is computed: its formula, else the rows that it counts or sums; None when nothing says so."""
    return column.formula or in_words(column.made_from) or None


def metrics() -> dict[str, list[tuple[Column, list[str]]]]:
    """By subject, each metric once with the tables that have it: the same name by the same rule is the same metric."""
    subjects: dict[str, dict[Column, list[str]]] = {}
    for declared in league_tables().tables.values():
        if not declared.is_published:
            continue
        listed = subjects.setdefault(_subject(declared), {})
        for column in declared.columns:
            if is_metric(declared, column):
                listed.setdefault(replace(column, nullable=True), []).append(declared.name)
    return {subject: list(found.items()) for subject, found in subjects.items() if found}


def document() -> str:
    """The text of docs/metrics.md."""
    return (
        "\n".join([_HEAD, *(line for subject, found in metrics().items() for line in _section(subject, found))]) + "\n"
    )


def _subject(declared: Table) -> str:
    """What the module of the table is about: the first line of its docstring."""
    about = inspect.getdoc(sys.modules[declared.function.__module__]) or ""
    return about.splitlines()[0].rstrip(".")


def _section(subject: str, found: list[tuple[Column, list[str]]]) -> Iterator[str]:
    yield f"## {subject}\n"
    yield "| metric | meaning | formula | source | in |"
    yield "| --- | --- | --- | --- | --- |"
    for column, tables in found:
        unit = "" if column.unit is None else f" ({column.unit})"
        cells = (column.name + unit, column.description, rule(column) or "", column.source or "", ", ".join(tables))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


if __name__ == "__main__":
    PATH.write_text(document(), encoding="utf-8")

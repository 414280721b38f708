"""What a formula says is what the column holds: formulas in terms of columns of the same row are computed."""

import re

import polars as pl
import pytest

from etl.tables.catalog import league_tables
from hockey.expected_goals import Attempt, expected_goals
from snapshot.layout import DataDir
from snapshot.reader import Snapshot, published
from tests.demo_league import demo_league  # noqa: F401 - a fixture

WORD = re.compile(r"[A-Za-z_]\w*")
ARITHMETIC = re.compile(r"[\w\s.+\-*/()]+")


def computable() -> list[tuple[str, str, str]]:
    """Table, column and formula of every formula that names columns of its row, numbers and signs only."""
    return [
        (table.name, column.name, column.formula)
        for table in league_tables().published
        for column in table.columns
        if column.formula and ARITHMETIC.fullmatch(column.formula)
        if set(WORD.findall(column.formula)) <= {c.name for c in table.columns}
    ]


@pytest.fixture(scope="module")
def league(demo_league: DataDir) -> Snapshot:  # noqa: F811
    snapshot = published(demo_league)
    assert snapshot is not None
    return snapshot


def test_many_are() -> None:
    assert len(computable()) >= 90


@pytest.mark.parametrize(("table", "name", "formula"), computable(), ids=lambda part: part if "_" in part else "")
def test_the_formula_gives_the_column(league: Snapshot, table: str, name: str, formula: str) -> None:
    description = next(c.description for c in league.manifest.table(table).columns if c.name == name)
    tolerance = 0.00501 if "two decimals" in description else 1e-6
    computed = pl.sql_expr(formula).cast(pl.Float64)
    rows = league.read(table).select(
        given=pl.col(name).cast(pl.Float64), computed=pl.when(computed.is_finite()).then(computed)
    )
    assert rows.filter(pl.col("given").is_not_null() & pl.col("computed").is_null()).is_empty()
    assert rows.filter((pl.col("given") - pl.col("computed")).abs() > tolerance).is_empty()


def test_an_attempt_s_columns_are_what_its_expected_goals_are_made_from(league: Snapshot) -> None:
    """Whoever reads a row of fact_shots can compute its xg; with coordinates the place counts."""
    shots = league.read("fact_shots").drop_nulls("team_venue")
    located = shots.filter(pl.col("puck_x_start").is_not_null())
    assert 0 < located.height < shots.height
    for row in pl.concat([located.head(100), shots.sample(400, seed=1)]).iter_rows(named=True):
        attempt = Attempt(
            shot_type=row["xg_shot_type"],
            situation=row["xg_situation"],
            is_rebound=row["off_rebound"],
            is_rush=row["off_rush"],
            after_turnover=row["after_turnover"],
            is_blocked=row["is_blocked"],
            x_ft=row["puck_x_start"],
            y_ft=row["puck_y_start"],
        )
        assert row["xg"] == pytest.approx(expected_goals(attempt))

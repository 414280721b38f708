import re
from pathlib import Path

from etl.metrics import PATH, document, is_metric, metrics, rule
from etl.tables.catalog import league_tables

TABLES = league_tables().published
BY_HAND = Path(__file__).parent / "tables"
NOT_BY_HAND = {"test_laws.py", "test_invariants.py", "test_formulas.py", "test_demo_value.py"}


def test_docs_metrics_is_what_the_declarations_say() -> None:
    assert PATH.read_text(encoding="utf-8") == document(), "run make tables"


def test_every_metric_has_a_rule() -> None:
    assert [f"{t.name}.{c.name}" for t in TABLES for c in t.columns if is_metric(t, c) and not rule(c)] == []


def test_every_metric_is_listed_under_a_subject() -> None:
    listed = {(table, column.name) for found in metrics().values() for column, tables in found for table in tables}
    assert listed == {(t.name, c.name) for t in TABLES for c in t.columns if is_metric(t, c)}
    assert len(metrics()) > 5


def test_a_formula_names_only_tables_that_are_published() -> None:
    known = {t.name: {c.name for c in t.columns} for t in TABLES}
    wrong = [
        f"{t.name}.{c.name}: {name}"
        for t in TABLES
        for c in t.columns
        for name, column in re.findall(r"\b((?:fact|dim)_[a-z_0-9]+)(?:\.(\w+))?", rule(c) or "")
        if name not in known or (column and column not in known[name])
    ]
    assert wrong == []


def test_every_metric_is_counted_on_a_game_that_a_reader_can_count() -> None:
    """A test of single tables names the table and, in quotes, the metric."""
    texts = [p.read_text(encoding="utf-8") for p in BY_HAND.glob("test_*.py") if p.name not in NOT_BY_HAND]
    uncounted = [
        f"{t.name}.{c.name}"
        for t in TABLES
        for c in t.columns
        if is_metric(t, c) and not any(t.name in text and f'"{c.name}"' in text for text in texts)
    ]
    assert uncounted == []

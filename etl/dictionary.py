"""The data dictionary: docs/tables.md, written from the declarations. `python -m etl.dictionary` rewrites it."""

from pathlib import Path
from typing import Final

from etl.quality import CHECK_RESULTS
from etl.registry import Table
from etl.tables.catalog import league_tables

PATH: Final = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
_HEAD: Final = """# Tables

Every table of a snapshot, written from its declaration by `python -m etl.dictionary`. Types are PostgreSQL's. Columns
of the key are bold; "required" columns are never null.
"""


def dictionary() -> str:
    """The text of docs/tables.md."""
    tables = sorted([*league_tables().published, *CHECK_RESULTS.published], key=lambda t: t.name)
    index = "\n".join(f"- [{t.name}](#{t.name}): {t.grain}" for t in tables)
    return "\n".join([_HEAD, index, *(_section(t) for t in tables)]) + "\n"


def _section(declared: Table) -> str:
    source = "from tracking" if declared.from_tracking else "from the league's own data"
    references = {r.column: f"{r.table}.{r.references}" for r in declared.references}
    rows = [
        "| {} | {} | {} | {} |".format(
            f"**{column.name}**" if column.name in declared.key else column.name,
            column.sql_type + ("" if column.unit is None else f" ({column.unit})"),
            "required" if not column.nullable or column.name in declared.key else "",
            column.description + (f" → {references[column.name]}" if column.name in references else ""),
        )
        for column in declared.columns
    ]
    return "\n".join(
        [
            f"\n## {declared.name}\n",
            f"{declared.category}, {source}. One row: {declared.grain}.\n",
            declared.description + "\n",
            "| column | type | | meaning |",
            "| --- | --- | --- | --- |",
            *rows,
        ]
    )


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(dictionary(), encoding="utf-8")
